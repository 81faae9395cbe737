// The Worker with a door through which a test makes its queues, stores and objects fail; see
// `Worker.start({ faultDoor: true })`. Never deployed.
//
// `POST /fault-door` with `{point, times, match}` lets the next calls of a point fail: `EVENTS.sendBatch`,
// `DOCUMENTS.put`, or for the objects the operation, `WORKSPACE.record`. `match` is a part of the first
// argument. `GET /fault-door?point=` gives when it failed, `?prefix=` the KV documents, `?object=` a file
// in R2, which `DELETE` removes, `?points` what was written to Workers Analytics Engine.

import Inner, * as inner from "../../worker/build/index.js";

/** Everything that can fail runs in one isolate, so a variable is enough. */
const faults = new Map();

function check(point, argument) {
  const fault = faults.get(point);
  if (!fault || fault.left <= 0 || !String(argument).includes(fault.match)) return;
  fault.left -= 1;
  fault.failed.push(Date.now());
  throw new Error(`${point} was made to fail`);
}

function guard(name, binding) {
  if (typeof binding !== "object" || binding === null) return binding;
  return new Proxy(binding, {
    get(target, key) {
      const value = Reflect.get(target, key);
      if (typeof value !== "function" || key === "constructor") return value;
      if (key === "getByName") return (...args) => guardStub(name, value.apply(target, args));
      return (...args) => {
        try {
          check(`${name}.${key}`, args[0]);
        } catch (error) {
          return Promise.reject(error);
        }
        return value.apply(target, args);
      };
    },
  });
}

function guardStub(name, stub) {
  return new Proxy(stub, {
    get(target, key) {
      const value = Reflect.get(target, key);
      if (key !== "fetch") return value;
      return async (request) => {
        check(`${name}.${new URL(request.url).pathname.slice(1)}`, target.name);
        return target.fetch(request);
      };
    },
  });
}

/** What was written to Workers Analytics Engine, which is not there on a developer's machine. */
const points = [];
const ANALYTICS = { writeDataPoint: (point) => void points.push(point) };

const guarded = (env) => ({
  ANALYTICS,
  ...Object.fromEntries(Object.entries(env).map(([name, binding]) => [name, guard(name, binding)])),
});

const withFaults = (type) =>
  new Proxy(type, {
    construct: (target, [state, env], made) => Reflect.construct(target, [state, guarded(env)], made),
  });

export const Conversation = withFaults(inner.Conversation);
export const Workspace = withFaults(inner.Workspace);

async function door(request, env) {
  const { searchParams } = new URL(request.url);
  const object = searchParams.get("object");
  if (request.method === "POST") {
    const { point, times, match = "" } = await request.json();
    faults.set(point, { left: times, match, failed: faults.get(point)?.failed ?? [] });
    return new Response(null, { status: 204 });
  }
  if (request.method === "DELETE") {
    await env.EXPORTS.delete(object);
    return new Response(null, { status: 204 });
  }
  if (object) {
    const found = await env.EXPORTS.get(object);
    return found ? new Response(found.body) : new Response(null, { status: 404 });
  }
  if (searchParams.has("points")) return Response.json(points);
  if (searchParams.has("prefix")) {
    const { keys } = await env.DOCUMENTS.list({ prefix: searchParams.get("prefix") });
    const values = keys.map(async ({ name }) => [name, await env.DOCUMENTS.get(name, "json")]);
    return Response.json(Object.fromEntries(await Promise.all(values)));
  }
  return Response.json(faults.get(searchParams.get("point"))?.failed ?? []);
}

class Door extends Inner {
  fetch(request) {
    if (new URL(request.url).pathname === "/fault-door") return door(request, this.env);
    return super.fetch(request);
  }
}

export default withFaults(Door);
