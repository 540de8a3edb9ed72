"""The contender in FastAPI under uvicorn, with uvloop and httptools: the same table of methods as node_http.js.
It checks no token, which is in its favour.

    uvicorn --app-dir bench/contenders fastapi_app:app --port PORT --no-access-log
"""
from datetime import datetime, timezone
from typing import Any, Optional

from fastapi import FastAPI
from pydantic import BaseModel


class Call(BaseModel):
    method: Optional[str] = None
    params: dict[str, Any] = {}
    id: Any = None


app = FastAPI()
methods = {
    "system/ping": lambda: {"pong": True, "node_id": "fastapi", "timestamp": datetime.now(timezone.utc).isoformat()},
    "echo/echo": lambda document: document,
}


@app.post("/rpc/{service}/{method}")
async def rpc(service: str, method: str, call: Call):
    return {"result": methods[f"{service}/{method}"](**call.params), "error": None, "id": call.id}
