# syntax=docker/dockerfile:1
# novaspan as a sidecar or for a replay. The root filesystem may be read-only; whatever is kept (checkpoints) is on a volume:
#
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges \
#     -v /var/log/nova:/var/log/nova:ro -v novaspan:/var/lib/novaspan --group-add "$(stat -c %g /var/log/nova)" novaspan tail
#   docker run --read-only novaspan demo
#
# Stop it with a patience of more than `drainTimeout` (10 s): --stop-timeout 15. Node.js is process 1: it handles SIGTERM itself, and starts no
# other process. There is no HEALTHCHECK, as the image also runs `replay` and `demo`, which have nothing to ask; docker-compose.yaml has one for `tail`.

# To build the same image again, give the base by its digest: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:...
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY bundle.mjs ./
COPY src ./src
COPY web ./web
RUN npm run --silent build
# A new volume takes over the owner of the folder that it is mounted on.
RUN install -d -o 65532 -g 65532 -m 0750 /var/lib/novaspan

FROM ${NODE_IMAGE}
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="novaspan" \
      org.opencontainers.image.description="Turns the logs that OpenStack and OVN already write into OpenTelemetry traces" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.vendor="The novaspan authors" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# As systemd sets it: the default of `stateDir`, which file, environment and command line may still say otherwise.
ENV NODE_ENV=production \
    STATE_DIRECTORY=/var/lib/novaspan
WORKDIR /opt/novaspan
COPY --from=build --chown=65532:65532 /var/lib/novaspan /var/lib/novaspan
COPY --from=build /src/dist ./dist
COPY package.json LICENSE ./
COPY demo ./demo
# The logs that demo/scenarios.json names; .dockerignore lets no other golden in.
COPY test/golden ./test/golden
# A number, so that Kubernetes can check runAsNonRoot.
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/opt/novaspan/dist/cli/main.js"]
CMD ["--help"]
