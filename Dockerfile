# One image for every service of the platform; docker-compose.yml says which command each one runs.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY db db
COPY src src
COPY bin bin
# The workflows are packed once, here; the bundler's compiler and the embedded servers stay behind.
RUN node bin/bundle-workflows.ts workflows.js
RUN npm ci --omit=dev --omit=optional

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production TZ=UTC WORKFLOW_BUNDLE=/app/workflows.js
WORKDIR /app
COPY --from=build /app /app
# A new named volume takes its owner from the folder it is mounted on.
RUN cd /var/lib && install -d -o node -g node -m 0700 verification-platform verification-platform/log verification-platform/witness
USER node
# Signals reach Node through the init that docker-compose.yml asks for.
CMD ["node", "bin/api.ts"]
