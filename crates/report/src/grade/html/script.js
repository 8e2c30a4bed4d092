
"use strict";
(() => {
  const panel = document.getElementById("decisions");
  const opened = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const details = target && target.closest("details");
    if (details) { details.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", opened);
  opened();

  // Paper cannot be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll(".issue:not([open]), .file:not([open])")];
    for (const details of folded) { details.open = true; }
  });
  addEventListener("afterprint", () => { for (const details of folded) { details.open = false; } });

  if (!panel) { return; }
  const data = panel.dataset;
  const fields = [...document.querySelectorAll("fieldset.decide")];
  const boxes = (field) => [...field.querySelectorAll("input")];
  const note = (field) => field.querySelector("textarea");
  const shown = (id) => document.getElementById(id);
  // Notes as they came with the page: a person's earlier words, or nothing.
  const first = new Map(fields.map((field) => [field, {
    checked: boxes(field).map((box) => box.checked), note: note(field).value,
  }]));
  // JSON cannot be read as anything else, whatever the names of exercise and review are.
  const place = JSON.stringify(["assay", data.exercise, data.review, data.hash || "", data.key || ""]);
  let keeps = true;

  const decisions = () => {
    const list = [];
    for (const field of fields) {
      const decision = { id: field.dataset.id };
      let differs = false;
      for (const box of boxes(field)) {
        if (box.checked !== (box.dataset.program === "true")) { decision[box.name] = box.checked; differs = true; }
      }
      const text = note(field).value.trim();
      if (text) { decision.note = text; differs = true; }
      if (differs) { list.push(decision); }
    }
    const file = { schema: 1, exercise: data.exercise, review: data.review };
    if (data.hash) { file.review_sha256 = data.hash; file.key_sha256 = data.key; }
    file.decisions = list;
    return file;
  };

  const score = () => {
    let points = 0;
    for (const field of fields) {
      for (const box of boxes(field)) {
        const worth = box.name === "called" ? -1 : Number(box.dataset.share);
        if (box.checked) { points += worth * Number(field.dataset.points); }
      }
    }
    return Math.max(0, points);
  };

  const show = () => {
    const file = decisions();
    const changed = file.decisions.reduce((sum, one) => sum + ["named", "why", "fix", "called"].filter((name) => name in one).length, 0);
    const points = score();
    const max = Number(data.max);
    const share = max > 0 ? points / max : 0;
    const verdicts = changed === 0 ? "No verdict changed" : changed === 1 ? "One verdict changed" : `${changed} verdicts changed`;
    shown("sum").textContent =
      `${verdicts}. Score ${Math.round(share * 100)} %: ${Number(points.toFixed(4))} of ${max} points.`;
    shown("json").textContent = JSON.stringify(file, null, 2);
    for (const field of fields) {
      const differs = boxes(field).some((box) => box.checked !== (box.dataset.program === "true"));
      field.closest(".issue").classList.toggle("changed", differs);
    }
  };

  const keep = () => {
    const state = fields.map((field) => [field.dataset.id, boxes(field).map((box) => box.checked), note(field).value]);
    try { localStorage.setItem(place, JSON.stringify(state)); } catch { keeps = false; }
    shown("kept").textContent = keeps ? "Kept in this browser." :
      "This browser keeps nothing for this page: download the decisions before you close it.";
  };

  const restore = () => {
    let state;
    try { state = JSON.parse(localStorage.getItem(place)); } catch { keeps = false; }
    if (!Array.isArray(state)) { return; }
    for (const [id, checked, text] of state) {
      const field = fields.find((field) => field.dataset.id === id);
      if (!field) { continue; }
      boxes(field).forEach((box, index) => { box.checked = checked[index] === true; });
      note(field).value = String(text);
    }
  };

  const changed = (event) => {
    const field = event.target.closest("fieldset.decide");
    if (!field) { return; }
    // Why and fix count only once the issue is named.
    const [named, ...others] = boxes(field);
    if (event.target === named && !named.checked) { for (const box of others) { box.checked = false; } }
    if (others.includes(event.target) && event.target.checked) { named.checked = true; }
    show();
    keep();
  };

  shown("save").addEventListener("click", () => {
    const text = JSON.stringify(decisions(), null, 2) + "\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "decisions.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  shown("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(shown("json").textContent);
      shown("kept").textContent = "Copied.";
    } catch {
      shown("json").closest("details").open = true;
      getSelection().selectAllChildren(shown("json"));
      shown("kept").textContent = "The clipboard is closed to this page: the text is selected, copy it from there.";
    }
  });
  shown("reset").addEventListener("click", () => {
    for (const field of fields) {
      for (const box of boxes(field)) { box.checked = box.dataset.program === "true"; }
      note(field).value = first.get(field).note;
    }
    show();
    keep();
  });
  document.addEventListener("input", changed);

  for (const field of fields) { field.hidden = false; }
  panel.hidden = false;
  restore();
  show();
})();
