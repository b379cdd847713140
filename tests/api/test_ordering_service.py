"""Ways to order over HTTP: compared, picked, and asked for twice."""


def test_options_are_compared_and_one_is_ordered_once(service):
    service.post_list()
    at = f"/api/v1/runs/{service.run}"
    assert service.call("POST", f"{at}/order/options").json()["code"] == "run.out-of-order"
    assert service.call("POST", f"{at}/cutoff").status_code == 200
    told = service.call("POST", f"{at}/order/options").json()["proposed"]
    assert [one["name"] for one in told["options"]] == ["cheap", "contact", "balanced"]
    assert all(one["proven"] and one["short_lines"] == 0 for one in told["options"])
    wish = {"option": "contact", "deliver_to": {"M1": "P1"}}
    first = service.call("POST", f"{at}/order", key="once", json=wish)
    assert first.status_code == 200, first.text
    assert first.json()["result"]["chosen"] == "contact"
    assert first.json()["result"]["orders"][0]["point_code"] == "P1"
    again = service.call("POST", f"{at}/order", key="once", json=wish)
    assert again.json() == first.json()
    other = service.call("POST", f"{at}/order", key="once", json={"option": "cheap"})
    assert other.status_code == 409
    assert service.call("POST", f"{at}/order").json()["code"] == "run.out-of-order"
    assert service.call("POST", f"{at}/order", json={"option": "best"}).status_code == 422
