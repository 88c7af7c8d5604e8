package io.sommelier.controller;

import io.sommelier.api.Health;
import io.sommelier.api.Target;
import io.sommelier.api.admin.HealthView;
import io.sommelier.api.admin.HealthView.State;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one member is, as long as it is asked: never two questions at a time. Thread-safe; the methods that plan belong to the thread of {@link HealthRounds}.
 */
final class MemberHealth {
    private static final Logger LOG = LoggerFactory.getLogger(MemberHealth.class);

    private final Controller controller;
    private final Session member;
    private final long number;
    private volatile Standing standing;
    private volatile HealthCheck current; // until what came of it has taken effect
    private volatile boolean isOver;

    // The thread of the rounds.
    private boolean isPlanned;
    private boolean hasBeenAsked;
    private boolean isHurried;
    private long askedNanos;
    private long dueNanos;

    /**
     * What is known. Immutable.
     *
     * @param sinceNanos when the state was first what it is
     */
    private record Standing(State state, int failures, String detail, long sinceNanos) {
        Standing with(Health health, int limit, long nowNanos) {
            int failed = health.isUp() ? 0 : Math.min(failures, Integer.MAX_VALUE - 1) + 1;
            State next = health.isUp() ? State.UP : failed >= limit || state == State.DOWN ? State.DOWN : State.UP;
            return new Standing(next, failed, health.detail(), next == state ? sinceNanos : nowNanos);
        }
    }

    /**
     * A member that counts as up until it is asked.
     *
     * @param number tells it apart from others
     */
    MemberHealth(Controller controller, Session member, long number) {
        this.controller = controller;
        this.member = member;
        this.number = number;
        this.standing = unasked();
    }

    private Standing unasked() {
        return new Standing(State.UNASKED, 0, "", controller.nanos());
    }

    /** The same process has another channel: it is no better for that, but asked at once. */
    void inherit(MemberHealth before) {
        Standing known = before.standing;
        if (known.state == State.DOWN) {
            standing = known;
            isHurried = true;
        }
    }

    boolean isDown() {
        return standing.state == State.DOWN;
    }

    String detail() {
        return standing.detail;
    }

    /** Says that it is down no sooner than it is out of the rotation. */
    synchronized HealthView view(long nowNanos) {
        Standing now = standing;
        return new HealthView(
                now.state, Duration.ofNanos(Math.max(0, nowNanos - now.sinceNanos)), now.failures, now.detail);
    }

    /** It is asked no more, and nothing that it still answers counts. Any thread. */
    void stop() {
        isOver = true;
        HealthCheck asked = current;
        if (asked != null) {
            asked.drop();
        }
        controller.health().look(this);
    }

    // ---- what comes of a check; any thread ----

    long nanos() {
        return controller.nanos();
    }

    void claimed() {
        controller.health().look(this);
    }

    void cancel(HealthCheck check, String reason) {
        member.channel().cancel(check, reason);
    }

    /** Of the check that is under way, and of no other. */
    void answered(Health health) {
        Standing before;
        Standing after;
        boolean hasChanged;
        synchronized (this) {
            HealthSettings settings = controller.settings().health();
            before = standing;
            after = isOver || !settings.isOn() ? before : before.with(health, settings.failures(), nanos());
            standing = after;
            hasChanged = (after.state == State.DOWN) != (before.state == State.DOWN);
            if (hasChanged) {
                member.settleHealth();
            }
        }
        if (hasChanged) {
            if (after.state == State.DOWN) {
                LOG.warn(
                        "{} is down, and gets no new commands: {} ({} in a row)",
                        member,
                        after.detail,
                        after.failures == 1 ? "1 check" : after.failures + " checks");
            } else {
                LOG.info("{} is up again after {} s: {}", member, seconds(before, after), after.detail);
            }
            member.healthChanged();
        }
        unanswered();
    }

    private static long seconds(Standing before, Standing after) {
        return Duration.ofNanos(after.sinceNanos - before.sinceNanos).toSeconds();
    }

    /** Nothing came of it, and nothing is known of the member by that. */
    void unanswered() {
        current = null;
        controller.health().look(this);
    }

    // ---- planning; the thread of the rounds ----

    long number() {
        return number;
    }

    long dueNanos() {
        return dueNanos;
    }

    boolean isPlanned() {
        return isPlanned;
    }

    boolean isOver() {
        return isOver;
    }

    void taken() {
        isPlanned = false;
    }

    /** Says when it is to be looked at next; {@code false} for not before something happens. */
    boolean plan(HealthSettings settings, long nowNanos) {
        HealthCheck asked = current;
        if (asked != null) {
            isPlanned = asked.isClaimed();
            dueNanos = asked.deadlineNanos();
            return isPlanned;
        }
        isPlanned = settings.isOn();
        if (isPlanned) {
            double random = ThreadLocalRandom.current().nextDouble();
            dueNanos = isHurried
                    ? nowNanos
                    : hasBeenAsked
                            ? askedNanos + settings.waitNanos(random)
                            : nowNanos + settings.firstWaitNanos(random);
        }
        return isPlanned;
    }

    /** Others are asked at other times than before: it waits anew, at most one period. */
    void spread() {
        hasBeenAsked = false;
    }

    /** Its time has come: it is asked, or was, and has not answered. */
    void wake(HealthSettings settings, long nowNanos) {
        HealthCheck asked = current;
        if (asked == null) {
            ask(settings, nowNanos);
        } else if (asked.isClaimed() && nowNanos - asked.deadlineNanos() >= 0) {
            asked.expire();
        }
    }

    private void ask(HealthSettings settings, long nowNanos) {
        askedNanos = nowNanos;
        hasBeenAsked = true;
        isHurried = false;
        HealthCheck check = new HealthCheck(this, new Target(member.targetId(), member.instance()), settings.timeout());
        current = check;
        if (isOver) {
            check.drop();
        } else if (!member.channel().offer(check)) {
            current = null; // as many commands wait before it as may, or the channel is going
        }
    }

    /** Nobody is asked any more: whoever was down is not, as far as anybody knows. */
    void forget() {
        HealthCheck asked = current;
        if (asked != null) {
            asked.drop();
            current = null;
        }
        boolean wasDown;
        synchronized (this) {
            wasDown = isDown();
            standing = standing.state == State.UNASKED ? standing : unasked();
            if (wasDown) {
                member.settleHealth();
            }
        }
        if (wasDown) {
            LOG.info("{} counts as up: nobody is asked any more", member);
            member.healthChanged();
        }
    }

    @Override
    public String toString() {
        return "MemberHealth[" + member + ", " + standing + "]";
    }
}
