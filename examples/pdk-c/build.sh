#!/bin/sh
# Builds the plugin with clang, and nothing else: build.sh FILE.wasm
# Debian: apt-get install clang lld
set -eu
out=$(realpath "$1")
cd "$(dirname "$0")"
exec "${CLANG:-clang}" --target=wasm32 -std=c11 -O2 -ffreestanding -nostdlib -Wall -Wextra -Wno-unused-function -I "$(pwd)" \
  -Wl,--no-entry,--strip-all -o "$out" "${2:-plugin.c}"
