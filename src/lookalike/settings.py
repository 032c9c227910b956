"""The settings of one process: default < file < environment < argument."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lookalike.errors import InvalidInput, NotFound

ENVIRONMENT_PREFIX = "LOOKALIKE_"
FILE_NAME = "lookalike.toml"
OF_THE_CLIENT = ("LOOKALIKE_URL", "LOOKALIKE_API_KEY")
"""Where the clients find a service: no settings of it, so they may stand in its environment."""


def _setting(
    default: object,
    doc: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field with its documentation; `Any` is what dataclasses.field itself returns."""
    told = {"doc": doc, "unit": unit, "low": low, "high": high, "choices": choices}
    return field(default=default, metadata=told)


@dataclass(frozen=True)
class Settings:
    """Built once at start-up, never changed, never read by core code.

    `origins` says for each setting where its value came from.
    """

    workspace: str = _setting(
        "lookalike-data",
        "The folder that holds the database, the index snapshots and uploaded photos.  Put it "
        "on a local disk: SQLite and memory mapping are unreliable on network shares.",
    )
    database_url: str = _setting(
        "",
        "An SQLAlchemy URL to keep products in a database of your own.  Empty means a SQLite "
        "file inside the workspace, which is enough for a million products on one machine.",
    )
    collection: str = _setting(
        "default", "The collection used where none is named.  One shop needs only one."
    )
    encoder: str = _setting(
        "default",
        'The image encoder: "default" ships with the product, "onnx:PATH" is your own model, '
        '"open_clip:MODEL/WEIGHTS" and "hf:REPO" come from hubs; a swap overrides it.  '
        "A change re-encodes every image at the next index run.",
    )
    device: str = _setting(
        "cpu", 'Where the encoder runs: "cpu", or "cuda" with onnxruntime-gpu and a GPU.'
    )
    encoder_threads: int = _setting(
        0,
        "Processor cores the encoder may use.  0 takes all; fewer leave room for a web server "
        "beside it.",
        unit="threads",
        low=0,
    )
    max_image_mb: int = _setting(
        20, "Larger image files are reported, not read.", unit="megabytes", low=1
    )
    max_image_megapixels: int = _setting(
        64,
        "Images with more pixels are reported before they are decoded; this bounds memory "
        "against decompression bombs.",
        unit="million pixels",
        low=1,
    )
    fetch_timeout_s: int = _setting(
        30, "The longest a download of one image may take in all.", unit="seconds", low=1
    )
    fetch_threads: int = _setting(
        8, "How many images are read or downloaded at once.", unit="threads", low=1
    )
    fetch_per_host: int = _setting(
        4,
        "How many requests one image host gets at once.  Raise it for a content delivery network "
        "of your own; a host that answers 429 is given the pause it asks for either way.",
        unit="requests",
        low=1,
    )
    max_feed_mb: int = _setting(
        2000,
        "The largest catalog file that is downloaded, and the most it may unpack to.",
        unit="megabytes",
        low=1,
    )
    max_loss_share: float = _setting(
        0.3,
        "A catalog that lacks more than this share of the products it named before is not "
        "believed: the run stops before it removes anything and asks for --accept-loss.  Lower "
        "it when every product matters, raise it for flash sales; 1 believes everything.",
        low=0,
        high=1,
    )
    sync: tuple[str, ...] = _setting(
        (),
        'Catalogs that `serve` keeps in sync, each "SOURCE every 15m" or "SOURCE every 1h into '
        'COLLECTION".  A source is what `lookalike sync` takes.',
    )
    allow_private_addresses: bool = _setting(
        False,
        "Whether image URLs may lead to private, loopback or link-local addresses.  Leave it "
        "off unless your images live on an internal host and you trust whoever writes the feed.",
    )
    action_weights: str = _setting(
        "view=0.1, save=0.5, cart=0.7, purchase=1",
        "What each action says of a user's taste, in [0, 1]; a click counts as a view unless it "
        "is named.  Raise what means most in your shop: saves where few people buy.",
    )
    taste_half_life_d: int = _setting(
        45,
        "After so many days an action counts half for a user's taste.  Shops with seasons want "
        "less, furniture shops more.",
        unit="days",
        low=1,
    )
    insecure: bool = _setting(
        False,
        "Whether `serve` answers other machines, also through a proxy, without any API key: "
        "everybody who reaches it may do everything.  Leave it off unless you trust them all.",
    )
    unkeyed_per_minute: int = _setting(
        600,
        "How many requests one address may make that shows no key, where the service can be "
        "reached from other machines.  0 does not count them; keys have limits of their own.",
        unit="requests per minute",
        low=0,
    )
    catalog_folders: tuple[str, ...] = _setting(
        (),
        "Folders of this machine that a `connect` by HTTP may read catalogs and images from.  "
        "Empty means all of them while there is no key and only this machine can call, and none "
        "otherwise: web addresses and buckets, and the command line, need no entry here.",
    )
    storefront_key: str = _setting(
        "",
        "A key of the scope storefront, which `serve` hands to its own storefront page once there "
        "are keys.  Without it the page asks its visitor for a key.  It is public by nature.",
    )
    host: str = _setting(
        "127.0.0.1", "The address `serve` listens on; the default is reachable from here only."
    )
    port: int = _setting(8000, "The port `serve` listens on; 0 picks a free one.", low=0)
    max_request_mb: int = _setting(
        32,
        "The largest body of one request to the service.  Raise it for photos above max_image_mb "
        "or larger batches; each request at work may hold so much memory.",
        unit="megabytes",
        low=1,
    )
    recent_answers_mb: int = _setting(
        64,
        "Room for finished answers that name no user: a question asked again while nothing has "
        "changed is answered from it, the same to the last byte.  2 MB hold about a hundred lists; "
        "raise it for many products.  0 thinks every question over.",
        unit="megabytes",
        low=0,
    )
    time_budget_ms: int = _setting(
        0,
        "After so long an answer skips what it can do without, and says so in `degraded`; 0 never "
        "does.  For pages that must not wait; a request may name its own as time_budget_ms.",
        unit="milliseconds",
        low=0,
    )
    jobs_apart: bool = _setting(
        True,
        "Whether `serve` carries index runs and swaps out in a process of their own, so that "
        "answers do not wait for them.  It costs a second at the start of a run, and while it "
        "lasts the memory of one more process.",
    )
    job_niceness: int = _setting(
        10,
        "How far that process steps back for all others of this machine, as Unix nice: 0 shares "
        "the cores evenly, 19 takes only what nobody else wants.",
        low=0,
        high=19,
    )
    drain_s: float = _setting(
        1.0,
        "After SIGTERM `serve` says at /v1/ready that it is going, and takes requests for so long "
        "still.  Behind a load balancer give it the time that the balancer needs to notice.",
        unit="seconds",
        low=0,
    )
    shutdown_timeout_s: int = _setting(
        30,
        "After that, how long requests and index runs that have begun may take to end.  Keep the "
        "time that systemd or the container engine waits longer than both together.",
        unit="seconds",
        low=1,
    )
    log_format: str = _setting(
        "text",
        "How `serve` and the other commands write their log to standard error: lines for people, "
        "or one JSON object a line for a log collector.",
        choices=("text", "json"),
    )
    log_level: str = _setting(
        "info",
        'The least urgent lines that are written.  "info" has one line for each request; '
        '"warning" only what somebody should look at.',
        choices=("debug", "info", "warning", "error"),
    )
    otlp_endpoint: str = _setting(
        "",
        "Where traces are sent by OTLP over HTTP, for example http://localhost:4318/v1/traces.  "
        "Needs the extra lookalike[otel].  Empty sends none, unless OTEL_EXPORTER_OTLP_ENDPOINT "
        "or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT says where to.",
    )
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(
        cls, arguments: Mapping[str, Any] | None = None, *, file: str | None = None
    ) -> "Settings":
        """Read `lookalike.toml` (or `file`), LOOKALIKE_* variables and arguments, in that order.

        Arguments that are None count as not given.
        Raises InvalidInput for an unknown key or a value of the wrong kind or range, NotFound
        when `file` is named and missing.
        """
        values: dict[str, Any] = {}
        origins: dict[str, str] = {}
        layers = (_file_layer(file), _environment_layer(), ("argument", dict(arguments or {})))
        for origin, layer in layers:
            for key, value in layer.items():
                if value is not None:
                    values[key] = _checked(key, value, origin)
                    origins[key] = origin
        return cls(**values, origins=origins)

    def described(self) -> list[dict[str, Any]]:
        """Every setting with value, origin, default, unit, range and documentation, in order."""
        return [
            {
                "name": item.name,
                "value": getattr(self, item.name),
                "origin": self.origins.get(item.name, "default"),
                "default": item.default,
                **item.metadata,
            }
            for item in _settings()
        ]


def _settings() -> list[Any]:
    return [item for item in fields(Settings) if item.name != "origins"]


def _file_layer(file: str | None) -> tuple[str, dict[str, Any]]:
    path = Path(file or FILE_NAME)
    if not path.is_file():
        if file:
            raise NotFound(f"There is no settings file {file}.")
        return FILE_NAME, {}
    try:
        return path.name, tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"The settings file {path.name} cannot be read: {error}.",
            hint='It is TOML: one `name = value` a line, text in "quotes".',
        ) from error


def _environment_layer() -> tuple[str, dict[str, Any]]:
    found = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(ENVIRONMENT_PREFIX)
        and not name.startswith("LOOKALIKE_TEST_")
        and name not in OF_THE_CLIENT
    }
    return "environment", found


def _checked(key: str, value: Any, origin: str) -> Any:
    known = {item.name: item for item in _settings()}
    if key not in known:
        near = get_close_matches(key, known, n=1)
        hint = f'Did you mean "{near[0]}"?' if near else "Run `lookalike settings` for the list."
        raise InvalidInput(f'"{key}" ({origin}) is not a setting.', hint=hint)
    default = known[key].default
    try:
        converted = _converted(value, type(default))
    except ValueError:
        kind = KINDS[type(default)]
        raise InvalidInput(
            f"The setting {key} ({origin}) is {value!r}.", hint=f"It must be {kind}."
        ) from None
    low = known[key].metadata["low"]
    if low is not None and converted < low:
        raise InvalidInput(f"The setting {key} ({origin}) is {converted}; it must be >= {low}.")
    choices = known[key].metadata["choices"]
    if choices and converted not in choices:
        words = " or ".join(f'"{one}"' for one in choices)
        raise InvalidInput(f"The setting {key} ({origin}) is {value!r}.", hint=f"Write {words}.")
    high = known[key].metadata["high"]
    if high is not None and converted > high:
        raise InvalidInput(f"The setting {key} ({origin}) is {converted}; it must be <= {high}.")
    return converted


KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    tuple: 'a list of texts, such as ["a", "b"]',
}


def _converted(value: Any, kind: type) -> Any:
    if kind is tuple:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or not all(isinstance(one, str) for one in parts):
            raise ValueError(value)
        return tuple(part.strip() for part in parts if part.strip())
    if kind is float:
        if isinstance(value, bool):
            raise ValueError(value)
        try:
            return float(value)
        except TypeError:
            raise ValueError(value) from None
    if kind is bool:
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if isinstance(value, bool):
            return value
        if str(value).lower() in words:
            return words[str(value).lower()]
        raise ValueError(value)
    if kind is int:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise ValueError(value)
        return int(value)
    if not isinstance(value, str):
        raise ValueError(value)
    return value
