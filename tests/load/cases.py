"""What is measured, and what it must show: the setups of each case, and for each point a function that computes its verdicts."""
import dataclasses
import math

from measure import OURS, Setup, half_busy_at

ALL = ("tongsheng", "janus tuned", "janus")
BOTH = ("tongsheng", "janus tuned")
# 50 open microphones of which three speak, and a language channel. The channel stands for an interpreter's, until there are
# booths: a microphone that always speaks, never takes a seat, and has a slot of its own (mic/ID).
FLOOR_OF_VOICES = ("--talk", 3, "--channel", "--voices", 3)
MEETING_OF_TEN = ("--talk", 1, "--pictures", 1, "--voices", 3)
SHED_PERCENT = 85       # where a worker begins to shed
HALF_PERCENT = (45, 55)  # what passes for a core that is half busy
DELAY_LOAD = 7           # of the hundred meetings, to begin with
MEMORY_AFTER_S = 11      # a finished handshake is kept for 10 s


def pace(people):
    """Milliseconds between joins that the server admits: 500 at once, and 50 a second after that, into one meeting."""
    return math.ceil(1000 * (people - 500) / 50 / people) + 1


def meetings_of_ten(name, servers, meetings, load):
    """Each with one camera of load pictures a second, of a packet or two, and one who speaks load tenths of the time."""
    return Setup(name, servers, 10, meetings=meetings, publish=10, warm=3000, decrypt_each=20, floor=meetings >= 100,
                 load=("--kilobits", 10 * load, "--rate", load, "--speech", min(10 * load, 100), *MEETING_OF_TEN))


def hundred(load):
    return meetings_of_ten("100 meetings of 10", ("tongsheng",), 100, load)


def delay_load():
    """What keeps this machine's core half busy, at this hour: its speed drifts by more than the delay bears."""
    return half_busy_at(hundred, DELAY_LOAD)


def setups(load):
    """The whole table: {case: setups}. Two cases may share one. load is that of case 4."""
    to_50 = Setup("1 to 50", ALL, 50)
    to_300 = Setup("1 to 300", ALL, 300)
    return {
        1: (to_50, to_300, Setup("1 to 1,500", ("tongsheng",), 1500, warm=3000, seconds=6, decrypt_each=25, load=("--every", pace(1500)))),
        2: (Setup("voices to 1,000", ("tongsheng",), 1000, publish=50, warm=3000, decrypt_each=25,
                  load=("--kilobits", 0, *FLOOR_OF_VOICES, "--every", pace(1050))),
            Setup("3 voices to 100", BOTH, 100, publish=3, warm=3000, seconds=5, load=("--kilobits", 0, "--voices", 3))),
        3: (Setup("30 × 30", BOTH, 30, publish=30, warm=3000, seconds=6,
                  load=("--kilobits", 500, "--talk", 3, "--voices", 3, "--cameras", 9, "--others")),),
        4: (to_300,
            hundred(load),
            # As many as bring Janus's core to the same half.
            meetings_of_ten("8 meetings of 10", ("janus tuned",), 8, load)),
        5: (to_50, to_300),
        6: (Setup("300 join in 3 s", BOTH, 300, warm=3000, seconds=6, floor=False,
                  load=("--rush", "--every", 10, "--at-once", 32)),),
        7: (Setup("1 to 300, shared cores", ("tongsheng", "tongsheng 2 workers"), 300, seconds=6, floor=False, shared=True),),
        8: (Setup("1,000 in a meeting", ("tongsheng defaults",), 1000, publish=50, warm=3000, decrypt_each=25, shared=True,
                  load=("--kilobits", 600, "--pictures", 3, *FLOOR_OF_VOICES, "--every", pace(1050))),),
    }


class Missing(Exception):
    """A figure wasn't measured."""


@dataclasses.dataclass
class Verdict:
    what: str
    target: str
    value: str
    met: bool = None  # None: value says why nothing can be said
    problem: str = ""


class Results:
    """All that was measured, by the setups' names."""

    def __init__(self, measured):
        self.by_name = {one.setup.name: one for one in measured}

    def of(self, name, server):
        measured = self.by_name[name]
        if server in measured.failure:
            raise Missing(measured.failure[server])
        if server not in measured.rounds:
            raise Missing(f"{server} was left out")
        return measured

    def median(self, name, key, server="tongsheng"):
        return self.of(name, server).median(server, key)

    def worst(self, name, key, server="tongsheng"):
        return self.of(name, server).worst(server, key)

    def wrong(self, name):
        """Packets of ours whose content, order or tag was wrong: whatever else is true, that is no result."""
        measured = self.by_name[name]
        return sum(one["wrong"] for server in OURS for one in measured.rounds.get(server, []))


def at_most(what, limit, value, form="{:.2f}", less=False):
    met = value < limit if less else value <= limit
    return Verdict(what, ("< " if less else "≤ ") + form.format(limit), form.format(value), met)


def over_floor(results, name, server="tongsheng"):
    return results.median(name, "ns", server) / results.by_name[name].floor()


def over_janus(results, name):
    return results.median(name, "ns") / results.median(name, "ns", "janus tuned")


def no_loss(what, loss, rate):
    return Verdict(what, "0 %", f"{loss:.4f} % of {rate:,.0f} pkt/s, worst round", loss <= 0)


def point_1(results):
    for name, share in (("1 to 50", 8), ("1 to 300", 6)):
        yield name, lambda n=name: at_most(f"{n}: CPU per packet over the floor's", 1.3, over_floor(results, n))
        yield name, lambda n=name, s=share: at_most(f"{n}: CPU per packet over tuned Janus's (1/{s})", 1 / s,
                                                    over_janus(results, n), "{:.3f}")
    name = "1 to 1,500"
    yield name, lambda: no_loss(f"{name}: loss", results.worst(name, "loss"), results.median(name, "rate"))


def point_2(results):
    name = "voices to 1,000"
    yield name, lambda: at_most(f"{name}: CPU per packet over the floor's", 1.3, over_floor(results, name))
    yield name, lambda: at_most(f"{name}: worker busy, %", SHED_PERCENT,
                                max(max(one["busy"]) for one in results.of(name, "tongsheng").rounds["tongsheng"]), "{:.0f}", True)


def point_3(results):
    name = "30 × 30"
    yield name, lambda: at_most(f"{name}: CPU per packet over tuned Janus's (1/10)", 0.1, over_janus(results, name), "{:.3f}")


def half_busy(results, name):
    """A delay says something only of a core that has the work it is said to have."""
    verdict = at_most(f"{name}: delay p99, ms", 1, results.median(name, "p99") / 1000, less=True)
    busy = results.median(name, "server")
    verdict.value += f", core {busy:.0f} % busy"
    if not HALF_PERCENT[0] <= busy <= HALF_PERCENT[1]:
        verdict.problem = "that isn't half: the machine's speed changed since the load was chosen"
    return verdict


def point_4(results):
    yield "100 meetings of 10", lambda: half_busy(results, "100 meetings of 10")
    name = "1 to 300"
    yield name, lambda: at_most(f"{name}: delay p99 over the time of a picture to all at the floor", 1.5,
                                results.median(name, "p99") / results.by_name[name].floor("pictureUs"))


def memory(results, name):
    verdict = at_most(f"{name}: memory, KiB per receiver", 64, results.median(name, "memory"), "{:.0f}")
    since = min(one["sinceJoin"] for one in results.of(name, "tongsheng").rounds["tongsheng"])
    verdict.value += f", {since:.1f} s after the last handshake"
    if since < MEMORY_AFTER_S:
        verdict.problem = f"{MEMORY_AFTER_S} s are needed"
    return verdict


def threads(results):
    few, many = (results.median(name, "threads") for name in ("1 to 50", "1 to 300"))
    return Verdict("threads with 50 and with 300 receivers", "equal", f"{few:.0f} and {many:.0f}", few == many)


def point_5(results):
    yield "1 to 300", lambda: memory(results, "1 to 300")
    yield "1 to 300", lambda: threads(results)


def first(results, name, what, key, limit_ms):
    rounds = results.of(name, "tongsheng").rounds["tongsheng"]
    got, wanted = min(one[key]["n"] for one in rounds), results.by_name[name].setup.view
    if got == 0:
        return Verdict(f"{name}: {what}", f"< {limit_ms}", "none came", False)
    slowest = max(one[key]["p95"] for one in rounds) / 1000
    verdict = at_most(f"{name}: {what} p95 after the offer, ms (worst round)", limit_ms, slowest, "{:.0f}", True)
    if got < wanted:
        verdict.problem = f"{got} of {wanted} had any"
    return verdict


def point_6(results):
    name = "300 join in 3 s"
    yield name, lambda: first(results, name, "first sound", "firstSound", 300)
    yield name, lambda: first(results, name, "first keyframe", "firstKeyframe", 800)


def uneven(results, name, server):
    """How much more the busier worker sent than the other, in percent."""
    worst = 0
    for one in results.of(name, server).rounds[server]:
        sent = one["counted"]["datagrams_out"]
        worst = max(worst, 100 * (max(sent) / max(min(sent), 1) - 1))
    return worst


def point_7(results):
    name, server = "1 to 300, shared cores", "tongsheng 2 workers"
    yield name, lambda: at_most(f"{name}: CPU per packet of two workers over one's", 1.15,
                                results.median(name, "ns", server) / results.median(name, "ns"))
    yield name, lambda: at_most(f"{name}: datagrams of one worker over the other's, % more (worst round)", 10,
                                uneven(results, name, server), "{:.1f}")


def point_8(results):
    name, server = "1,000 in a meeting", "tongsheng defaults"
    yield name, lambda: no_loss(f"{name}: loss of sound", results.worst(name, "soundLoss", server),
                                results.median(name, "rate", server))


POINTS = {1: point_1, 2: point_2, 3: point_3, 4: point_4, 5: point_5, 6: point_6, 7: point_7, 8: point_8}


def verdicts(case, results):
    for name, compute in POINTS[case](results):
        try:
            verdict = compute()
        except Missing as missing:
            verdict = Verdict(name, "", str(missing), False if str(missing).startswith("failed") else None)
        wrong = results.wrong(name)
        if wrong:
            verdict.problem = f"{wrong} packets with wrong content, order or tag"
        yield verdict
