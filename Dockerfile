# Node.js for binaryen, which makes the client bundle smaller.
FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
# The program contains the site and the model. Webhooks need the certificate authorities of the final image.
RUN cargo xtask build

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --user-group --no-create-home pledgecast \
    && install --directory --owner=pledgecast --group=pledgecast /data
COPY --from=build /source/target/release/pledgecast /usr/local/bin/pledgecast
USER pledgecast
ENV PLEDGECAST_ADDRESS=0.0.0.0:3000 \
    PLEDGECAST_DATA_DIR=/data \
    PLEDGECAST_LOG_FORMAT=json
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:3000/health/ready"]
ENTRYPOINT ["pledgecast"]
CMD ["serve"]
