"""What each operation is called: its id, which is the name of the clients' call, and one line."""

from collections.abc import Mapping
from dataclasses import dataclass

from lookalike.server.guard import ATTRIBUTE, USER, C


@dataclass(frozen=True)
class Operation:
    """One route in the description of the API."""

    id: str
    summary: str


OPERATIONS: Mapping[str, Operation] = {
    route: Operation(*told)
    for route, told in {
        "GET /health": ("health", "Is it up?"),
        "GET /ready": ("ready", "Send requests here?"),
        "GET /collections": ("collections.list", "List collections"),
        "GET /keys": ("keys.list", "List API keys"),
        "POST /keys": ("keys.create", "Make an API key"),
        "DELETE /keys/{key_id}": ("keys.revoke", "End an API key"),
        "POST /keys/{key_id}/rotate": ("keys.rotate", "Give a key another secret"),
        "GET /jobs": ("jobs.list", "List runs"),
        "GET /jobs/{job_id}": ("jobs.get", "See how a run is getting on"),
        "GET /jobs/{job_id}/problems": ("jobs.problems", "List what was wrong with the input"),
        "POST /jobs/{job_id}/cancel": ("jobs.cancel", "End a run early"),
        "POST /jobs/{job_id}/resume": ("jobs.resume", "Let a run go on"),
        f"POST {C}/connect": ("buckets.connect", "Index a catalog, or plan it"),
        f"POST {C}/swap": ("encoders.swap", "Change the encoder without downtime"),
        f"POST {C}/rollback": ("encoders.rollback", "Go back to the encoder before"),
        f"GET {C}/products": ("products.list", "List products"),
        f"PATCH {C}/products": ("products.patch", "Change prices and stock in bulk"),
        f"GET {C}/products/{{sku:path}}": ("products.get", "Get a product"),
        f"PUT {C}/products/{{sku:path}}": ("products.upsert", "Add or replace a product"),
        f"DELETE {C}/products/{{sku:path}}": ("products.delete", "Remove a product"),
        f"GET {C}/facets": ("collections.facets", "List values to filter by"),
        f"GET {C}/duplicates": ("products.duplicates", "Find products that look the same"),
        f"GET {ATTRIBUTE}": ("attributes.get", "See who says what of an attribute"),
        f"PUT {ATTRIBUTE}": ("attributes.decide", "Decide an attribute by hand"),
        f"DELETE {ATTRIBUTE}": ("attributes.forget", "Take a decision back"),
        f"GET {C}/conflicts": ("attributes.conflicts", "See where feed and images disagree"),
        f"GET {C}/unknown-words": ("attributes.unknown_words", "List words that no table knows"),
        f"POST {C}/retrieve": ("retrieve", "Find similar products"),
        f"POST {C}/why-not/{{sku:path}}": ("why_not", "Ask why a product is not in an answer"),
        f"GET {C}/match": ("match", "See where two products are alike"),
        f"POST {C}/looks": ("recommendations.get_complementary", "Complete a look"),
        f"POST {C}/looks/scene": ("recommendations.from_scene", "Shop a photo"),
        f"GET {C}/slots": ("looks.slots", "See which products stand in which slot"),
        f"PUT {C}/slots/{{kind:path}}": ("looks.set_slot", "Put a kind into a slot"),
        f"DELETE {C}/slots/{{kind:path}}": ("looks.forget_slot", "Take that back"),
        f"PUT {C}/look-types/{{name}}": ("looks.set_type", "Make a look type"),
        f"DELETE {C}/look-types/{{name}}": ("looks.forget_type", "Remove a look type"),
        f"GET {C}/rules": ("rules.list", "List merchant rules"),
        f"GET {C}/rules/{{name}}": ("rules.get", "Get a merchant rule"),
        f"PUT {C}/rules/{{name}}": ("rules.set", "Add or replace a merchant rule"),
        f"DELETE {C}/rules/{{name}}": ("rules.delete", "Remove a merchant rule"),
        f"POST {C}/rules/preview": ("rules.preview", "See what a rule would do"),
        f"POST {C}/uploads": ("upload", "Send a photo to search with"),
        f"GET {C}/images/{{image_hash}}": ("image", "Get a picture"),
        f"GET {C}/quiz": ("recommendations.quiz", "Get pictures for a style quiz"),
        f"POST {C}/events": ("events.record", "Record what users do"),
        f"GET {USER}/feed": ("users.feed", "Recommend for a user"),
        f"GET {USER}": ("users.get", "See what is known of a user"),
        f"GET {USER}/export": ("users.export", "Export all that is kept of a user"),
        f"POST {USER}/preferences": ("users.update_preferences", "Add to a user's tastes"),
        f"POST {USER}/controls": ("users.decide", "Carry out a user's decision"),
        f"POST {USER}/login": ("users.login", "Join an anonymous id to a user"),
        f"DELETE {USER}": ("users.erase", "Erase a user"),
        f"GET {C}/receipts": ("users.receipts", "List receipts of erasures"),
        f"POST {C}/receipts/verify": ("users.verify", "Verify a receipt"),
    }.items()
}
"""METHOD and path as in guard.NEEDS -> its names."""

TAGS: Mapping[str, str] = {
    "catalog": "What the shop sells: connect a feed, a bucket or a folder; change products.",
    "retrieval": "Similar products, each with its reason; why one is missing; where two match.",
    "looks": "What completes a product, whole looks with a total, slots and look types.",
    "feed": "Recommendations for a user, and the style quiz for those of whom nothing is known.",
    "events": "What users do, in batches; ours or as GA4, Segment and Google Retail send it.",
    "users": "What is known of a user, and their rights: export, controls, erasure.",
    "rules": "Merchant rules: pin, boost, bury, exclude; with a preview of what they would do.",
    "attributes": "Attributes of products and who says so; conflicts, unknown words, duplicates.",
    "photos": "Photos to search with, and the pictures of products.",
    "jobs": "Long runs: progress, problems, cancel, resume.",
    "swap": "Another encoder without downtime, and the way back.",
    "keys": "API keys: who may call.",
    "health": "Whether it is up, and which collections there are.",
}
