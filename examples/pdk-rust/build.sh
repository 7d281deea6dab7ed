#!/bin/sh
# Builds the plugin with a bare compiler: build.sh FILE.wasm
# Debian: apt-get install rustc libstd-rust-dev-wasm32 lld
set -eu
out=$(realpath "$1")
cd "$(dirname "$0")"
# A compiler that a person installed may lack the library for this target.
for rustc in "${RUSTC:-rustc}" /usr/bin/rustc; do
  libraries=$("$rustc" --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) && [ -d "$libraries" ] && break
done
exec "$rustc" --edition 2021 --crate-name plugin --crate-type cdylib --target wasm32-unknown-unknown \
  -C opt-level=3 -C lto -C codegen-units=1 -C panic=abort -C strip=symbols -C linker=wasm-ld -o "$out" "${2:-plugin.rs}"
