"""The built-in model `weir-demo`: an upstream that answers without network or key.

A request whose `Target.origin` is `demo:` goes to its transport instead of to a socket,
so everything else (routing, capture, journal, prices) works on it as on a real
provider. It is not a language model: it answers by rule, and says so.

The model name picks a behaviour (`behaviour`), the prompt the answer (`answer`), and
one file per dialect writes it down (`dialects/`).
"""
