# SPDX-License-Identifier: EUPL-1.2
def test_the_catalogue_is_for_the_demo_and_for_staff(client, settings):
    settings.DEMO = True
    assert client.get("/it/catalogue/").status_code == 200
    client.post("/demo/sign-in", {"role": "facilitator"})
    settings.DEMO = False
    assert client.get("/it/catalogue/").status_code == 200
    client.post("/it/sign-out/")
    assert client.get("/it/catalogue/").status_code == 403
