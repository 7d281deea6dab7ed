#!/bin/sh
# Builds the plugin with the compiler that package.json pins: build.sh FILE.wasm
# Memory is never freed: the host puts it back after every call.
set -eu
out=$(realpath "$1")
cd "$(dirname "$0")"
[ -e node_modules/.package-lock.json ] || npm ci --loglevel=error >&2
exec node node_modules/assemblyscript/bin/asc.js "${2:-plugin.ts}" --outFile "$out" -O3 --noAssert --runtime stub --exportStart _initialize --use abort= --disableWarning 235
