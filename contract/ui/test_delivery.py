"""How the files of the UI are delivered: headers, caching, addresses."""

from __future__ import annotations

import http.client
import re

from martlet_server import Server


def fetch(server: Server, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=20)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_the_page_has_a_strict_policy_with_a_new_nonce_each_time(server: Server) -> None:
    policies = []
    for _ in range(2):
        status, headers, body = fetch(server, "/")
        policy = headers["content-security-policy"]
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert status == 200 and nonce and f'nonce="{nonce[1]}"'.encode() in body
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-type"] == "text/html; charset=utf-8"
        policies.append(policy)
    assert policies[0] != policies[1]


def test_assets_are_kept_for_ever_under_an_address_of_their_content(server: Server) -> None:
    _, _, body = fetch(server, "/")
    paths = set(re.findall(r'"(/assets/[^"]+)"', body.decode()))
    assert any(path.endswith("/js/main.js") for path in paths)
    for path in paths:
        status, headers, content = fetch(server, path)
        assert status == 200 and content
        assert "immutable" in headers["cache-control"]
        status, _, nothing = fetch(server, path, **{"If-None-Match": headers["etag"]})
        assert (status, nothing) == (304, b"")


def test_no_other_file_can_be_reached(server: Server) -> None:
    _, _, body = fetch(server, "/")
    found = re.search(r"/assets/([0-9a-f]+)/", body.decode())
    assert found
    for path in [
        f"/assets/{found[1]}/../../etc/passwd",
        f"/assets/{found[1]}/%2e%2e/%2e%2e/etc/passwd",
        f"/assets/{found[1]}/js/none.js",
        "/assets/0000000000000000/js/main.js",
        "/assets/",
    ]:
        assert fetch(server, path)[0] in (400, 404), path
