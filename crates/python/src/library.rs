//! What is known of libraries: which constructor gives what, which methods keep a query lazy.
#![expect(clippy::match_same_arms, reason = "tables by library read better than tables by result")]

use crate::types::{Client, Type};

/// The type of an instance of a class named by its full dotted path, be it in an annotation or called.
pub fn instance(path: &str) -> Type {
    let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
    let top = path.split('.').next().unwrap_or(path);
    match (top, name) {
        ("requests", "Session" | "session") | ("requests_html", "HTMLSession") => Type::Client(Client::Http),
        ("httpx", "Client" | "AsyncClient") | ("aiohttp", "ClientSession") => Type::Client(Client::Http),
        ("urllib3", "PoolManager") | ("cloudscraper", "create_scraper") => Type::Client(Client::Http),
        ("requests" | "httpx", "Response") | ("aiohttp", "ClientResponse") => Type::Response,
        ("sqlalchemy" | "sqlmodel", "Session" | "AsyncSession" | "scoped_session" | "async_scoped_session") => {
            Type::Client(Client::Session)
        }
        ("sqlalchemy", "Connection" | "AsyncConnection") => Type::Client(Client::Connection),
        ("sqlalchemy" | "sqlmodel", "Engine" | "AsyncEngine" | "create_engine" | "create_async_engine") => {
            Type::Client(Client::Engine)
        }
        ("sqlalchemy", "sessionmaker" | "async_sessionmaker") => Type::Factory(Client::Session),
        ("flask_sqlalchemy", "SQLAlchemy") => Type::Client(Client::FlaskSqlalchemy),
        (
            "sqlite3" | "psycopg2" | "psycopg" | "pymysql" | "MySQLdb" | "mysql" | "pyodbc" | "cx_Oracle" | "oracledb"
            | "duckdb" | "aiosqlite" | "aiomysql",
            "connect" | "Connection" | "connection" | "AsyncConnection" | "MySQLConnection",
        ) => Type::Client(Client::DbConnection),
        (
            "sqlite3" | "psycopg2" | "psycopg" | "pymysql" | "MySQLdb" | "mysql" | "pyodbc" | "cx_Oracle" | "oracledb"
            | "aiosqlite",
            "Cursor" | "cursor" | "AsyncCursor" | "DictCursor",
        ) => Type::Client(Client::Cursor),
        ("asyncpg", "connect" | "create_pool" | "Connection" | "Pool") => Type::Client(Client::Asyncpg),
        (
            "redis" | "aioredis" | "fakeredis",
            "Redis" | "StrictRedis" | "from_url" | "FakeRedis" | "FakeStrictRedis",
        ) => Type::Client(Client::Redis),
        ("redis", "Pipeline") => Type::Client(Client::RedisPipeline),
        ("django_redis", "get_redis_connection") => Type::Client(Client::Redis),
        ("pymongo" | "motor", "MongoClient" | "AsyncMongoClient" | "AsyncIOMotorClient" | "Database") => {
            Type::Client(Client::MongoDatabase)
        }
        ("pymongo" | "motor", "Collection" | "AsyncIOMotorCollection") => Type::Client(Client::MongoCollection),
        ("boto3", "client") => Type::Client(Client::Boto),
        ("boto3", "resource") => Type::Client(Client::BotoResource),
        ("pathlib", "Path" | "PosixPath" | "PurePath") | ("importlib", "files") => Type::FilePath,
        ("builtins" | "io" | "gzip" | "bz2" | "lzma" | "codecs" | "tarfile" | "aiofiles", "open") => Type::File,
        ("typing" | "io", "TextIO" | "BinaryIO" | "IO" | "TextIOWrapper" | "BufferedReader") => Type::File,
        ("builtins", "str" | "int" | "float" | "bool" | "bytes" | "complex")
        | ("decimal", "Decimal")
        | ("datetime", _)
        | ("uuid", "UUID" | "uuid4")
        | ("collections", "Counter") => Type::Scalar,
        ("re" | "logging" | "queue" | "threading" | "collections" | "itertools" | "argparse", _) => Type::Scalar,
        ("builtins", "dict") | ("typing", "Dict" | "Mapping") => Type::Mapping(std::sync::Arc::default()),
        ("builtins", "list" | "set" | "tuple" | "frozenset") => Type::default().series(),
        ("subprocess", "CompletedProcess") => Type::Process,
        _ if module.ends_with(".psycopg2.extensions") && name == "connection" => Type::Client(Client::DbConnection),
        _ => Type::Unknown,
    }
}

/// The type that calling a function gives, by its full dotted path.
pub fn call(path: &str) -> Type {
    match path {
        "requests.get"
        | "requests.post"
        | "requests.put"
        | "requests.patch"
        | "requests.delete"
        | "requests.head"
        | "requests.request"
        | "requests.options"
        | "httpx.get"
        | "httpx.post"
        | "httpx.put"
        | "httpx.patch"
        | "httpx.delete"
        | "httpx.head"
        | "httpx.request"
        | "urllib.request.urlopen" => Type::Response,
        "json.load" | "json.loads" | "yaml.safe_load" | "yaml.load" | "tomllib.load" | "tomllib.loads"
        | "toml.load" | "toml.loads" | "tomli.load" | "tomli.loads" | "orjson.loads" | "ujson.loads"
        | "simplejson.loads" | "simplejson.load" | "msgpack.unpackb" | "xmltodict.parse" | "plistlib.loads"
        | "plistlib.load" => Type::Payload,
        "csv.reader" | "csv.DictReader" => Type::Payload.series(),
        "subprocess.run" | "subprocess.Popen" => Type::Process,
        "subprocess.check_output" | "subprocess.getoutput" | "os.read" => Type::Raw,
        "redis.Redis.from_url" | "redis.StrictRedis.from_url" | "redis.asyncio.Redis.from_url" => {
            Type::Client(Client::Redis)
        }
        "aiohttp.request" => Type::Response,
        "boto3.session.Session.client" => Type::Client(Client::Boto),
        "pathlib.Path.cwd" | "pathlib.Path.home" | "tempfile.mkdtemp" => Type::FilePath,
        "os.listdir" | "os.getenv" | "builtins.input" | "glob.glob" => Type::Scalar,
        "datetime.datetime.now"
        | "datetime.datetime.utcnow"
        | "datetime.date.today"
        | "time.time"
        | "re.compile"
        | "re.match"
        | "re.search"
        | "logging.getLogger"
        | "os.environ.get" => Type::Scalar,
        _ => instance(path),
    }
}

/// Django queryset methods that give another queryset without a query.
pub const LAZY: &[&str] = &[
    "all",
    "filter",
    "exclude",
    "order_by",
    "annotate",
    "alias",
    "select_related",
    "prefetch_related",
    "only",
    "defer",
    "distinct",
    "values",
    "values_list",
    "using",
    "none",
    "reverse",
    "select_for_update",
    "extra",
    "union",
    "intersection",
    "difference",
    "dates",
    "datetimes",
    "complex_filter",
    "raw",
    "iterator",
    "aiterator",
];

/// Django manager and queryset methods that query and give one row.
pub const ONE: &[&str] = &[
    "get",
    "first",
    "last",
    "earliest",
    "latest",
    "aget",
    "afirst",
    "alast",
    "aearliest",
    "alatest",
    "create",
    "acreate",
];

/// Django manager and queryset methods that read with a query at once.
pub const READS: &[&str] = &[
    "get",
    "first",
    "last",
    "earliest",
    "latest",
    "count",
    "exists",
    "aggregate",
    "in_bulk",
    "contains",
    "aget",
    "afirst",
    "alast",
    "aearliest",
    "alatest",
    "acount",
    "aexists",
    "aaggregate",
    "ain_bulk",
    "acontains",
];

/// Django manager and queryset methods that write with a query at once.
pub const WRITES: &[&str] = &[
    "create",
    "get_or_create",
    "update_or_create",
    "update",
    "delete",
    "acreate",
    "aget_or_create",
    "aupdate_or_create",
    "aupdate",
    "adelete",
];

/// `SQLAlchemy` query methods that give another query.
pub const ORM_LAZY: &[&str] = &[
    "filter",
    "filter_by",
    "where",
    "order_by",
    "group_by",
    "having",
    "join",
    "outerjoin",
    "options",
    "limit",
    "offset",
    "distinct",
    "with_entities",
    "select_from",
    "with_for_update",
    "execution_options",
    "union",
    "union_all",
    "populate_existing",
    "yield_per",
    "enable_eagerloads",
    "correlate",
    "add_columns",
    "params",
    "subquery",
    "reset_joinpoint",
];

/// `SQLAlchemy` query methods that query at once.
pub const ORM_READS: &[&str] = &[
    "all",
    "first",
    "one",
    "one_or_none",
    "scalar",
    "scalar_one",
    "count",
    "get",
    "first_or_404",
    "get_or_404",
    "one_or_404",
    "paginate",
    "exists",
];
