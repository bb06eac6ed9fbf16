// Tests of WebUI.
