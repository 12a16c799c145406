"""The built-in model `weir-demo`: an upstream that answers without network or key.

`proxy/forward/upstream.py` sends a request whose `Target.origin` is `demo:` to
`proxy/demo/transport.py` instead of to a socket, so everything else (routing, capture,
journal, prices) works on it as on a real provider. It is not a language model: it
answers by rule, and says so.

The model name picks a behaviour (`proxy/demo/behaviour.py`), the prompt the answer
(`proxy/demo/answer.py`), and one file per dialect writes it down
(`proxy/demo/dialects/`).
"""
