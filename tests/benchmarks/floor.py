"""The floor: an empty FastAPI route with the body model of a real command, under the server settings of our services."""

import sys

import uvicorn
from fastapi import FastAPI

from services.review.api.bodies import OpinionBody

app = FastAPI(openapi_url=None)


@app.post("/review/cases/{case}/opinion")
async def opinion(case: str, body: OpinionBody) -> dict[str, str]:
    """Check the body and do nothing."""
    return {}


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    return {}


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False,
        timeout_graceful_shutdown=15, server_header=False, h11_max_incomplete_event_size=64_000,
    )  # fmt: skip
