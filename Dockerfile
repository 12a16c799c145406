# Weir in a container: README.md, "In a container", says how to run it.
FROM python:3.11-slim AS build

# The packages first: they stay cached while only the source changes.
RUN python -m venv /opt/weir
WORKDIR /source
COPY requirements.lock ./
RUN /opt/weir/bin/python -m pip --disable-pip-version-check install --no-cache-dir \
      --no-deps --require-hashes -r requirements.lock
COPY . .
RUN /opt/weir/bin/python -m pip --disable-pip-version-check install --no-cache-dir \
      --no-deps --no-build-isolation . \
 && /opt/weir/bin/python -m pip --disable-pip-version-check check

FROM python:3.11-slim

# By number, so that an orchestrator sees that it isn't root.
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/weir /opt/weir
ENV PATH=/opt/weir/bin:$PATH \
    HOME=/data \
    WEIR_DATA_DIR=/data \
    WEIR_HOST=0.0.0.0
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import http.client as http, os; weir = http.HTTPConnection('127.0.0.1', int(os.environ.get('WEIR_PORT') or 8080), timeout=4); weir.request('GET', '/readyz'); raise SystemExit(weir.getresponse().status != 200)"]
ENTRYPOINT ["weir"]
CMD ["serve"]
