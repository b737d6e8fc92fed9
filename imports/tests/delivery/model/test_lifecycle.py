"""Random lives of imports, batches, leases and attempts against a model of MEGA.

Anybody may die between any two steps; what must hold is looked at after each.

MODEL_HISTORIES says how many (10 by default, some seconds). They are drawn in parts, so that
several processes can share them; part 3 of a run has the seed MODEL_SEED + 3, and with that alone
it is repeated. MODEL_SHRINK makes a failing history smaller.
"""

import os
import sys
import time
from itertools import zip_longest

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from imports.delivery import checks, control, deliver
from imports.errors import WrongState
from imports.models import Batch, Decision, Import
from imports.tests.delivery.model.books import Books, fetch
from imports.tests.delivery.model.mega import WAYS, ModelMega
from imports.tests.delivery.model.world import CHORES, CRASH_POINTS, World, crashing

HISTORIES = int(os.environ.get("MODEL_HISTORIES", "10"))
SEED = int(os.environ.get("MODEL_SEED", "1"))
PART = 250  # histories
PARTS = [min(PART, HISTORIES - begun) for begun in range(0, HISTORIES, PART)]
STEPS = 20
# A failure is first shown as it came; to make it smaller takes some minutes.
PHASES = (Phase.generate, Phase.shrink) if "MODEL_SHRINK" in os.environ else (Phase.generate,)
ROUNDS = 60  # in which all must have come to rest once nothing goes wrong any more

A_DAY_LATER = 73_000  # seconds; what came before is past trust then
TIMES = (1, 1, 3, 12, 31, 61, 61, 80, 310, 4000, A_DAY_LATER)
ways = st.sampled_from(WAYS)
any_number = st.integers(0, 1000)
# How far a worker comes with a request; a death is a crash point, and at which call of it.
fates = st.lists(
    st.sampled_from(
        [
            *("settled",) * 4, *("nudged",) * 4, *("taken",) * 2, *("answered",) * 2, "overtaken",
            *((where, after) for where in CRASH_POINTS for after in (1, 2)),
        ]
    ),
    max_size=4,
)  # fmt: skip
until_where = st.one_of(st.just(len(CHORES)), st.integers(1, len(CHORES)))

_OPEN = """
    SELECT i.id, i.state, i.reason, string_agg(concat_ws(' ', b.state, b.reason), ', ')
    FROM imports_import i LEFT JOIN imports_batch b ON b.import_id = i.id
    WHERE i.id = ANY(%s) AND i.finished_at IS NULL AND i.state NOT IN ('review', 'decision')
    GROUP BY i.id
    HAVING i.state <> 'cancelled'
        OR count(*) FILTER (WHERE b.state IN ('waiting', 'claimed', 'sending', 'unknown')) > 0
        OR count(*) FILTER (WHERE b.state = 'decision') = 0
"""


class Lifecycle(RuleBasedStateMachine):
    """What people, clocks, workers, networks and MEGA may do, in any order."""

    histories, steps = 0, 0

    world = None

    @initialize(
        kind=st.sampled_from(("fixed", "sliding", "bucket")),
        limit=st.integers(1, 4),
        says=st.booleans(),
        refuses=st.sampled_from((None, None, "p3.one@example.com", "p6.one@example.com")),
        names_rows=st.booleans(),
        rows=st.tuples(st.integers(1, 9), st.integers(1, 4)),
        proved=st.booleans(),
        planned=st.sampled_from(("at once", "by two", "by two", "at once", "later")),
        turns=st.lists(any_number, max_size=6),
    )
    def begin(self, kind, limit, says, refuses, names_rows, rows, proved, planned, turns):
        mega = ModelMega(kind, limit, says, frozenset(filter(None, [refuses])), names_rows)
        self.world = World(mega, rows)
        self.books = Books(self.world)
        if proved:
            self.world.prove_key()
        for one in self.world.imports:
            self.world.send(one)
        if planned == "at once":
            self.world.plan()
        if planned == "by two":
            self.two_plan_at_once(turns)
        Lifecycle.histories += 1

    # --- time and the clock

    @rule(seconds=st.sampled_from(TIMES))
    def time_passes(self, seconds):
        self.world.pass_time(seconds)

    @rule(nudges_arrive=st.sampled_from((True, True, True, False)), until=until_where)
    def the_clock_ticks_and_may_die_of_it(self, nudges_arrive, until):
        nudges = self.world.tick(CHORES[:until])
        if nudges_arrive:
            self.world.nudged += nudges

    @rule(after=st.integers(0, 2))
    def somebody_plans_and_may_die_of_it(self, after):
        self.world.plan(crash_after=after)

    @rule()
    def planners_begin_and_stand_still(self):
        self.world.begin_to_plan()

    @precondition(lambda self: self.world.planners)
    @rule(which=any_number)
    def a_planner_goes_on(self, which):
        self.world.go_on_planning(which % len(self.world.planners))

    def two_plan_at_once(self, turns):
        """Two planners of each import, which take turns as it comes."""
        self.world.begin_to_plan()
        self.world.begin_to_plan()
        for which in turns:
            if self.world.planners:
                self.world.go_on_planning(which % len(self.world.planners))

    # --- workers

    @precondition(lambda self: self.world.nudged)
    @rule(which=any_number, again=st.sampled_from((False, False, True)))
    def a_worker_takes(self, which, again):
        nudged = self.world.nudged
        batch_id = nudged[which % len(nudged)]
        if not again:
            nudged.remove(batch_id)
        self.world.take(batch_id)

    @precondition(lambda self: self.world.nudged)
    @rule(which=any_number)
    def a_worker_dies_while_taking(self, which):
        with crashing(deliver, "Taken"):
            deliver.take(self.world.nudged[which % len(self.world.nudged)], "there:2")

    @precondition(lambda self: self.world.taken)
    @rule(which=any_number, way=ways)
    def a_worker_posts(self, which, way):
        self.world.post(self.world.taken[which % len(self.world.taken)], way)

    @precondition(lambda self: self.world.taken)
    @rule(which=any_number)
    def a_worker_dies_before_posting(self, which):
        del self.world.taken[which % len(self.world.taken)]

    @precondition(lambda self: self.world.answered)
    @rule(which=any_number, again=st.sampled_from((False, False, True)))
    def a_worker_settles(self, which, again):
        answered = self.world.answered
        one = answered[which % len(answered)]
        if not again:
            answered.remove(one)
        self.world.settle(one)

    @precondition(lambda self: self.world.answered)
    @rule(which=any_number, where=st.sampled_from(CRASH_POINTS), after=st.integers(1, 2))
    def a_worker_dies_while_settling(self, which, where, after):
        answered = self.world.answered
        self.die_while_settling(answered[which % len(answered)], where, after)

    def die_while_settling(self, one, where, after):
        """Whoever dies of it has settled nothing."""
        before = self.world.settled_of(one)
        with crashing(*where, after) as death:
            self.world.settle(one)
        assert not death.came or self.world.settled_of(one) == before, "half of a settlement stays"

    @precondition(lambda self: self.world.answered)
    @rule(which=any_number)
    def a_worker_dies_with_the_answer(self, which):
        del self.world.answered[which % len(self.world.answered)]

    @precondition(lambda self: self.world.mega.is_busy)
    @rule()
    def mega_finishes_what_it_does(self):
        self.world.mega.finish_work()

    @rule(way=ways, some=fates, seconds=st.sampled_from((1, 1, 31, 62, A_DAY_LATER)))
    def most_goes_its_way_for_a_while(self, way, some, seconds):
        self.carry(way, some)
        self.world.pass_time(seconds)

    @rule(ways=st.lists(ways, min_size=2, max_size=4))
    def some_minutes_pass(self, ways):
        for way in ways:
            self.world.pass_time(62)
            self.carry(way)

    # --- people

    @rule(which=st.integers(0, 1), act=st.sampled_from(
        ("pause", "resume", "resume", "cancel", "go_on", "go_on", "undo")))  # fmt: skip
    def a_person_acts(self, which, act):
        made = Import.objects.get(pk=self.world.imports[which])
        try:
            getattr(control, act)(made, self.world.anna)
        except WrongState:
            return

    @rule(which=any_number, choice=st.sampled_from(Decision.Choice))
    def a_person_decides(self, which, choice):
        waiting = list(Batch.objects.filter(state="decision").order_by("pk"))
        if waiting:
            self.decide(waiting[which % len(waiting)], choice)

    @rule()
    def mega_revokes_the_token(self):
        self.world.mega.tokens = set()

    @precondition(lambda self: not self.world.mega.tokens)
    @rule(which=st.integers(0, 1), sets=st.booleans())
    def a_person_checks_the_token_or_sets_another(self, which, sets):
        if sets:
            self.world.new_token()
        else:
            checks.start_check(self.world.customers[which], self.world.anna)

    # --- what must hold

    @invariant()
    def all_is_well(self):
        if self.world is not None:
            Lifecycle.steps += 1
            self.books.look()

    def teardown(self):
        if self.world is None:
            return
        try:
            self.come_to_rest()
        finally:
            self.world.close()
            self.world = None

    # --- the end: nothing goes wrong any more, and a person does what is asked for

    def come_to_rest(self):
        world = self.world
        world.planners.clear()
        world.taken.clear()
        world.answered.clear()
        world.mega.finish_work()
        world.new_token()
        for one in world.all_imports():
            if one.state == "paused":
                control.resume(one, world.anna)
        self.until_nothing_moves()
        for one in world.all_imports():
            assert one.state not in ("queued", "sending", "blocked", "paused"), one.state
            assert one.state != "decision" or one.reason
        while self.answer_every_question():
            self.until_nothing_moves()
        self.world.pass_time(80)  # longer than a lease
        self.world.tick()
        self.books.end()

    def until_nothing_moves(self):
        for _ in range(ROUNDS):
            if not self.anything_open():
                return
            self.world.pass_time(62)
            self.carry("ok")
        pytest.fail(f"still open after {ROUNDS} quiet rounds: {self.anything_open()}")

    def anything_open(self):
        """Return the imports that neither ended nor wait for a person alone."""
        return fetch(_OPEN, [self.world.imports])

    def answer_every_question(self):
        """Answer what is asked; return whether anything was."""
        batches = list(Batch.objects.filter(state="decision"))
        for one in batches:
            self.decide(one, Decision.Choice.LEAVE)
        asking = [one for one in self.world.all_imports() if one.state == "decision"]
        for one in asking:
            if one.question != "batches":
                control.go_on(one, self.world.anna)
        return bool(batches or asking)

    def decide(self, batch, choice):
        if choice == Decision.Choice.REPEAT:
            self.world.mega.by_persons_word.add(str(batch.key))
        control.decide(batch, self.world.anna, choice)

    def carry(self, way, some=()):
        """Plan, tick and carry all that was nudged: the first one in this way, some not to the end.

        A nudge that lay about is late, and comes before those of this tick.
        """
        world = self.world
        world.plan()
        nudged = dict.fromkeys(world.nudged + world.tick())
        world.nudged.clear()
        for batch_id, fate in zip_longest(nudged, some[: len(nudged)], fillvalue="settled"):
            self.books.step()
            way = self.carry_one(batch_id, way, fate)
        self.books.step()

    def carry_one(self, batch_id, way, fate):
        """Carry one as far as its fate has it; return in which way the next one goes."""
        world = self.world
        if fate == "nudged":
            world.nudged.append(batch_id)
            return way
        taken = world.take(batch_id)
        if taken is None or fate == "taken":
            return way
        self.books.step()
        if fate == "overtaken":
            self.overtake(taken)
            return way
        world.post(taken, way)
        if fate == "settled":
            world.settle(world.answered.pop())
        elif fate != "answered":
            self.die_while_settling(world.answered.pop(), *fate)
        return "ok"

    def overtake(self, taken):
        """Let its token be refused; before that is settled somebody has set another."""
        self.world.mega.tokens = set()
        self.world.post(taken)
        self.world.new_token()
        self.world.settle(self.world.answered.pop())


@pytest.mark.timeout(0)  # its bound is the number of histories
@pytest.mark.parametrize(("part", "histories"), list(enumerate(PARTS)))
def test_the_life_of_an_import_in_random_histories(
    part, histories, django_db_setup, django_db_blocker, capsys
):
    began, Lifecycle.histories, Lifecycle.steps = time.monotonic(), 0, 0
    machine = seed(SEED + part)(Lifecycle)
    with django_db_blocker.unblock():
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=histories,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                print_blob=True,
                verbosity=Verbosity.normal,
                phases=PHASES,
                suppress_health_check=list(HealthCheck),
            ),
        )
    told = f"{Lifecycle.histories} histories, {Lifecycle.steps} steps, MODEL_SEED={SEED + part}"
    with capsys.disabled():
        sys.stdout.write(f"\n{told}, {time.monotonic() - began:.0f} s\n")
