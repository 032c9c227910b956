"""The Python client: what the service can do, as calls, blocking or awaited."""

from lookalike.client.answers import Complementary, Job, Product, Products, Recommendations, Record
from lookalike.client.asynchronous import AsyncClient
from lookalike.client.blocking import Client
from lookalike.client.explain import explain_similarity
from lookalike.client.failures import JobFailed
from lookalike.client.user_token import user_token

explainSimilarity = explain_similarity  # noqa: N816 - the recipe's spelling

__all__ = [
    "AsyncClient",
    "Client",
    "Complementary",
    "Job",
    "JobFailed",
    "Product",
    "Products",
    "Recommendations",
    "Record",
    "explainSimilarity",
    "explain_similarity",
    "user_token",
]
