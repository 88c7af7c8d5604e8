package io.sommelier.controller;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has each member that wants it asked how it is, each at a time of its own: there is no sweep, so none waits for another, and who is slow is late alone. {@link #look} and {@link #next} are
 * for any thread; {@link #tick} is for one thread, at a time.
 *
 * <p>A tick looks at those alone whose time has come, or of whom something is new; each costs the logarithm of the number of members.
 */
final class HealthRounds {
    private static final Logger LOG = LoggerFactory.getLogger(HealthRounds.class);

    private static final Comparator<MemberHealth> BY_TIME = (one, other) -> {
        long difference = one.dueNanos() - other.dueNanos();
        return difference == 0 ? Long.compare(one.number(), other.number()) : Long.signum(difference);
    };

    private final Controller controller;
    private final Queue<MemberHealth> news = new ConcurrentLinkedQueue<>();
    private final AtomicLong numbers = new AtomicLong();

    // The thread that ticks.
    private final TreeSet<MemberHealth> planned = new TreeSet<>(BY_TIME);
    private final Set<MemberHealth> members = new HashSet<>();
    private HealthSettings settings;

    HealthRounds(Controller controller) {
        this.controller = controller;
        this.settings = controller.settings().health();
    }

    /** A number that no other member has. */
    long next() {
        return numbers.incrementAndGet();
    }

    /** Something is new about that member: it came, was asked, has answered, or is asked no more. */
    void look(MemberHealth member) {
        news.add(member);
    }

    /** Asks those whose time has come, and gives up waiting for those whose time is over. */
    void tick(long nowNanos) {
        if (settings != controller.settings().health()) {
            change(controller.settings().health());
        }
        for (MemberHealth member = news.poll(); member != null; member = news.poll()) {
            plan(member, nowNanos);
        }
        while (!planned.isEmpty() && planned.first().dueNanos() - nowNanos <= 0) {
            MemberHealth due = planned.pollFirst();
            due.taken();
            wake(due, nowNanos);
            plan(due, nowNanos);
        }
    }

    /** A channel that throws must not cost the others their turn. */
    private void wake(MemberHealth due, long nowNanos) {
        try {
            due.wake(settings, nowNanos);
        } catch (RuntimeException defect) {
            LOG.error("{} could not be asked how it is; this is a defect, please report it", due, defect);
        }
    }

    private void plan(MemberHealth member, long nowNanos) {
        if (member.isPlanned()) {
            planned.remove(member);
            member.taken();
        }
        if (member.isOver()) {
            members.remove(member);
            return;
        }
        members.add(member);
        if (!settings.isOn()) {
            member.forget();
        }
        if (member.plan(settings, nowNanos)) {
            planned.add(member);
        }
    }

    private void change(HealthSettings changed) {
        HealthSettings before = settings;
        settings = changed;
        if (changed.equals(before)) {
            return;
        }
        for (MemberHealth member : members) {
            if (!changed.period().equals(before.period())) {
                member.spread();
            }
            news.add(member);
        }
    }

    /** How many members are asked. For tests, on the thread that ticks. */
    int members() {
        return members.size();
    }

    /** How many of them are planned. For tests, on the thread that ticks. */
    int planned() {
        return planned.size();
    }
}
