# Three stages: front-end parts, program, and the small image that runs it.
FROM node:22-bookworm-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY .ci/vendor.mjs .ci/
RUN npm run --silent vendor

FROM rust:1.95-bookworm AS program
WORKDIR /build
COPY . .
COPY --from=front-end /build/static/vendor static/vendor
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/build/target \
    cargo build --release --locked && cp target/release/ortsgespraech /usr/local/bin/

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/ortsgespraech ortsgespraech
COPY --from=program /usr/local/bin/ortsgespraech /usr/local/bin/
COPY LICENSE /usr/share/doc/ortsgespraech/
USER ortsgespraech
# The search index lives here; it can always be built again from the database.
VOLUME /var/lib/ortsgespraech
ENV ORTSGESPRAECH_DATA_DIR=/var/lib/ortsgespraech ORTSGESPRAECH_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["ortsgespraech", "health"]
ENTRYPOINT ["ortsgespraech"]
CMD ["serve"]
