package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.admin.DrainEnd;
import io.sommelier.api.admin.DrainReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drain of the whole controller, which takes nothing new meanwhile: looks now and then how far it is. Thread-safe; what it does is done by one thread at a time.
 *
 * <p>Connectors that only send are told to go at once. Members are told when nothing waits for one any more, or half of the limit is over; until then mailboxes are read, since what was submitted
 * here may be in one. Then it waits for what they have.
 */
final class ControllerDrain extends DrainRun {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerDrain.class);

    private static final long LOOK_MILLIS = 20;

    private final int before;
    private volatile boolean isResumed;
    private volatile boolean isCut;
    // Under the lock of this.
    private ScheduledFuture<?> looking;
    private final Set<Session> told = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean areMembersTold;
    private boolean wasQuiet;
    private boolean isOver;
    private long quietSinceNanos;

    ControllerDrain(Controller controller, Goodbye goodbye, Duration limit) {
        super(controller, "controller " + controller.controllerId(), goodbye, limit);
        this.before = controller.table().size();
    }

    /** Begins; the channels are found by looking. */
    void begin() {
        synchronized (this) {
            looking = controller
                    .timer()
                    .scheduleWithFixedDelay(this::lookAgain, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
        look();
        begin(List.of());
    }

    private void lookAgain() {
        try {
            look();
        } catch (RuntimeException defect) {
            LOG.error("a look at what drains failed; this is a defect, please report it", defect);
        }
    }

    private synchronized void look() {
        if (isOver) {
            return;
        }
        UnderWay underWay = new UnderWay(controller);
        if (!isResumed) {
            if (!areMembersTold && (underWay.seeking == 0 || elapsedNanos() >= limit.toNanos() / 2)) {
                areMembersTold = true;
                controller.readMailboxes(false);
            }
            tellMore(underWay);
        }
        boolean isQuiet = isResumed || areMembersTold && underWay.busy == 0;
        if (isQuiet && !wasQuiet) {
            quietSinceNanos = System.nanoTime();
        }
        wasQuiet = isQuiet;
        if (!isQuiet) {
            return;
        }
        if (!isResumed) {
            underWay.stuck.forEach(this::end);
        }
        if (!hasOpen()) {
            finish();
        } else if (!isResumed && System.nanoTime() - quietSinceNanos >= TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS)) {
            isOver = true;
            closeOpen(false); // a connector that has nothing under way, and does not answer
        }
    }

    private void tellMore(UnderWay underWay) {
        List<Session> more = new ArrayList<>();
        for (Session session : controller.sessions()) {
            if (!session.channel().isLocal()
                    && (areMembersTold || session.targetId().isEmpty())
                    && told.add(session)) {
                more.add(session);
            }
        }
        if (!more.isEmpty()) {
            drain(more, underWay.sent);
        }
    }

    /** The controller takes new commands again: what was told to go is waited for, and nothing else. */
    void resume() {
        isResumed = true;
    }

    @Override
    void atLimit() {
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
            oneMore(); // until all of it is counted
            isCut = !isResumed && controller.table().size() > 0 || hasOpen();
            if (!isResumed) {
                areMembersTold = true;
                controller.readMailboxes(false);
                UnderWay underWay = new UnderWay(controller);
                tellMore(underWay);
                markLate();
                controller.table().all().forEach(this::end);
            }
        }
        closeOpen(true);
        oneLess();
    }

    /** There may be more to drain: looking finds out. */
    @Override
    void allAreGone() {
        synchronized (this) {
            if (!isOver) {
                return;
            }
        }
        finish();
    }

    @Override
    void finish() {
        synchronized (this) {
            isOver = true;
            if (looking != null) {
                looking.cancel(false);
            }
        }
        super.finish();
    }

    @Override
    DrainEnd end(List<DrainReport.ChannelReport> rows) {
        return isResumed ? DrainEnd.RESUMED : isCut ? DrainEnd.LIMIT : super.end(rows);
    }

    @Override
    long finished(List<DrainReport.ChannelReport> rows, long unfinished) {
        return Math.max(0, before - unfinished - (isResumed ? controller.table().size() : 0));
    }

    /** What is under way in a controller that takes nothing new. */
    private static final class UnderWay {
        /** For which a member is, or will be, sought. */
        private int seeking;

        /** Which may end by themselves. */
        private int busy;

        /** Which wait for somebody who cannot come. */
        private final List<Pending> stuck = new ArrayList<>();

        private final Map<Session, Integer> sent = new IdentityHashMap<>();

        UnderWay(Controller controller) {
            for (Pending found : controller.table().all()) {
                Pending entry = found.current();
                if (entry.caller() != null) {
                    sent.merge(entry.caller(), 1, Integer::sum);
                }
                int state = entry.state();
                Command command = entry.command();
                if (command == null && state < Pending.CLAIMED) {
                    continue; // it ends just now
                }
                boolean isSeeking = state < Pending.CLAIMED;
                if (state == Pending.NEW && entry.holder() instanceof Hold) {
                    stuck.add(entry);
                    continue;
                }
                if (state == Pending.WAITING) {
                    boolean isServed = entry.target() != null && entry.target().takesNewBeside(null);
                    if (!controller.readsMailboxes() || !isServed) {
                        if (!controller.line().isShared()) {
                            stuck.add(entry);
                            continue;
                        }
                        isServed = false;
                    }
                    isSeeking = isServed;
                }
                seeking += isSeeking ? 1 : 0;
                busy++;
            }
        }
    }
}
