#!/usr/bin/env bash
# Installs what is missing: `setup.sh run` for building and running, `setup.sh test` for the tests as well, `setup.sh bench` for
# the benchmark.
# Debian packages need root or sudo; npm packages come by the lock files. Quick when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

build_packages=(
	gcc libc6-dev pkg-config meson ninja-build make
	libglib2.0-dev libssl-dev libsrtp2-dev libnice-dev libwebsockets-dev libwebsockets-evlib-glib
	libjansson-dev libjwt-dev libsqlite3-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
	libopus-dev libpango1.0-dev
	# What the studio decodes, mixes and encodes with.
	gstreamer1.0-plugins-base gstreamer1.0-plugins-good
	# The archive: decodes VP8, fits pictures into a size, and knows languages' own names. ffmpeg encodes H.264, AAC and MP3, as a
	# process of its own: it has GPL codecs.
	libvpx-dev libyuv-dev libicu-dev ffmpeg
)
# There for x86-64 alone.
[ "$(dpkg --print-architecture)" != amd64 ] || build_packages+=(libipsec-mb-dev)
test_packages=(
	clang llvm libclang-rt-14-dev python3 curl iproute2 nftables procps psmisc
	chromium firefox-esr pulseaudio espeak-ng fonts-noto-core fonts-noto-cjk poppler-utils
	gstreamer1.0-tools gstreamer1.0-plugins-bad gstreamer1.0-nice
	python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 gir1.2-gst-plugins-bad-1.0
)

# What the relay is measured beside.
bench_packages=(janus python3 iproute2 util-linux)

packages=("${build_packages[@]}")
folders=(web-client)
if [ "${1:-run}" = test ]; then
	packages+=("${test_packages[@]}")
	folders+=(tests/browser)
fi
if [ "${1:-run}" = bench ]; then
	packages+=("${bench_packages[@]}")
	folders=()
fi
# Debian's own Node.js, unless there is one that is new enough (with npm) already.
if ! command -v npm >/dev/null || ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null; then
	packages+=(nodejs npm)
fi

mapfile -t missing < <(comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) \
	<(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | awk '$2 == "installed" { print $1 }' | sort -u))
if [ "${#missing[@]}" -gt 0 ]; then
	sudo=()
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || {
			echo "setup: these packages are missing, and there is no sudo to install them: ${missing[*]}" >&2
			exit 1
		}
		sudo=(sudo)
	fi
	echo "setup: installing ${missing[*]}"
	# The benchmark runs an instance of its own; the package's service never starts.
	[ "${1:-run}" != bench ] || "${sudo[@]}" systemctl mask --quiet janus.service 2>/dev/null || true
	apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
	"${apt[@]}" update
	"${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# npm packages, when the lock file has changed since they were installed.
for folder in "${folders[@]}"; do
	lock="$folder/package-lock.json"
	stamp="$folder/node_modules/.installed-from"
	if ! cmp -s "$lock" "$stamp"; then
		echo "setup: npm packages of $folder"
		(cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
		cp "$lock" "$stamp"
	fi
done
