# Sourced by the tests' run scripts. namespace_make NAME ADDRESS makes a network namespace with ADDRESS (IPv4, /24) and fd77::1
# on a veth end: browsers and GStreamer gather no usable candidate from loopback alone. $scratch is a folder of its own; both
# go at exit, with whatever still runs inside. namespace_run COMMAND... runs inside. Needs root or sudo.
sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)

namespace_make() {
	namespace="tongsheng-$1-$$"
	scratch=$(mktemp -d)
	trap namespace_delete EXIT
	"${sudo[@]}" ip netns add "$namespace"
	# Addresses must be there at once: one that appears while Chromium loads a page breaks that load (ERR_NETWORK_CHANGED).
	"${sudo[@]}" ip netns exec "$namespace" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0
	"${sudo[@]}" ip -n "$namespace" link set lo up
	"${sudo[@]}" ip -n "$namespace" link add meet0 type veth peer name meet1
	for end in meet0 meet1; do
		"${sudo[@]}" ip -n "$namespace" link set "$end" up
	done
	"${sudo[@]}" ip -n "$namespace" address add "$2/24" dev meet0
	"${sudo[@]}" ip -n "$namespace" address add fd77::1/64 dev meet0
	export TEST_ADDRESS=$2 TMPDIR=$scratch
}

namespace_delete() {
	"${sudo[@]}" ip netns pids "$namespace" 2>/dev/null | xargs -r "${sudo[@]}" kill -9 2>/dev/null || true
	"${sudo[@]}" ip netns delete "$namespace" 2>/dev/null || true
	"${sudo[@]}" rm -rf "$scratch"
}

# namespace_run [NAME=VALUE]... COMMAND...
namespace_run() {
	"${sudo[@]}" ip netns exec "$namespace" env TMPDIR="$TMPDIR" TEST_ADDRESS="$TEST_ADDRESS" "$@"
}
