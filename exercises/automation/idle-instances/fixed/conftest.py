import os

os.environ.setdefault("CHAT_WEBHOOK", "https://chat.example/hook")
os.environ.update(
    AWS_DEFAULT_REGION="eu-west-1", AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing"
)
