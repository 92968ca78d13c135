# Two targets: `docker build --target gateway .` and `docker build --target mocks .`
# Everything is fetched while building; the images run read-only, as an ordinary user.

FROM node:20-slim AS graphiql
WORKDIR /build
COPY gateway/edge/graphiql/package.json gateway/edge/graphiql/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY gateway/edge/graphiql/ ./
RUN node build.mjs

FROM python:3.12-slim AS wheels
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY schema/ schema/
COPY adapters/ adapters/
COPY gateway/ gateway/
COPY mocks/ mocks/
COPY --from=graphiql /build/dist/ gateway/edge/graphiql/dist/
RUN python -m venv /opt/onething \
 && /opt/onething/bin/pip install --no-cache-dir -c constraints.txt '.[redis]'

FROM python:3.12-slim AS runtime
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/onething onething
COPY --from=wheels /opt/onething /opt/onething
ENV PATH=/opt/onething/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /var/lib/onething
VOLUME /var/lib/onething

FROM runtime AS mocks
EXPOSE 8100-8108
ENTRYPOINT ["python", "-m", "mocks", "serve"]
CMD ["--host", "0.0.0.0", "--state", "/var/lib/onething/mocks", "--port-base", "8100"]

FROM runtime AS gateway
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["onething", "doctor", "--live"]
ENTRYPOINT ["onething"]
CMD ["serve", "--host", "0.0.0.0"]
