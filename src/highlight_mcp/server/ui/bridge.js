/** What the host answered instead of a result. */
export class HostError extends Error {
  constructor({ code = 0, message = "", data = null } = {}) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const NO_SUCH_METHOD = -32601;

/** JSON-RPC 2.0 with the window that holds this page. Messages of other windows are not heard. */
export class Bridge {
  #host;
  #next = 1;
  #waiting = new Map();
  #answers = new Map();
  #listeners = new Map();

  constructor(host) {
    this.#host = host;
    window.addEventListener("message", (event) => {
      if (event.source === host && event.data?.jsonrpc === "2.0") this.#take(event.data);
    });
  }

  request(method, params = {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  notify(method, params = {}) {
    this.#send({ method, params });
  }

  /** Answer requests of the host. */
  answer(method, handler) {
    this.#answers.set(method, handler);
  }

  /** Hear notifications of the host. */
  hear(method, listener) {
    this.#listeners.set(method, listener);
  }

  #send(message) {
    this.#host.postMessage({ jsonrpc: "2.0", ...message }, "*");
  }

  #take(message) {
    if (message.method === undefined) this.#settle(message);
    else if (message.id === undefined) this.#listeners.get(message.method)?.(message.params ?? {});
    else this.#serve(message);
  }

  #settle({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new HostError(error));
    else waiting?.resolve(result ?? {});
  }

  async #serve({ id, method, params }) {
    const handler = this.#answers.get(method);
    if (!handler) return this.#send({ id, error: { code: NO_SUCH_METHOD, message: `no method ${method}` } });
    return this.#send({ id, result: (await handler(params ?? {})) ?? {} });
  }
}
