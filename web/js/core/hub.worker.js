// A shared worker: one event stream for all tabs, since a browser opens no more than six connections to one server.

import { EventStreamClient } from "./stream.js";

const client = new EventStreamClient();

self.addEventListener("connect", (connect) => {
  const [port] = connect.ports;
  const listener = (message) => port.postMessage(message);
  port.addEventListener("message", ({ data }) => {
    if (data.topics) client.attach(listener, data.topics);
    else client.detach(listener);
  });
  port.start();
});
