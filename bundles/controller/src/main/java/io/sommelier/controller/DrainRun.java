package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Outcome;
import io.sommelier.api.admin.DrainEnd;
import io.sommelier.api.admin.DrainReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One order to drain channels, and what comes of it. Thread-safe. A channel may be in several runs: it has one {@link ChannelDrain}, and the run whose limit comes first ends it.
 */
class DrainRun {
    /** What a channel may take to end when it was told to. */
    static final long GRACE_MILLIS = 1_000;

    final Controller controller;
    final Goodbye goodbye;
    final Duration limit;
    private final String what;
    private final long beganNanos = System.nanoTime();
    private final LeftCommands left = new LeftCommands();
    private final CompletableFuture<DrainReport> report = new CompletableFuture<>();
    private final AtomicInteger open = new AtomicInteger(1); // and one for each channel that is up
    private volatile List<ChannelDrain> drains = List.of();
    private volatile ScheduledFuture<?> limitTimer;

    DrainRun(Controller controller, String what, Goodbye goodbye, Duration limit) {
        this.controller = controller;
        this.what = what;
        this.goodbye = goodbye;
        this.limit = limit;
    }

    /** Drains these channels. Called once. */
    void begin(List<Session> sessions) {
        drain(sessions, sentBy(sessions));
        if (limit.isZero()) {
            atLimit();
        } else {
            limitTimer = controller.timer().schedule(this::atLimit, limit.toNanos(), TimeUnit.NANOSECONDS);
            if (report.isDone()) {
                limitTimer.cancel(false); // who finished it could not
            }
        }
        oneLess();
    }

    /** How many commands of each are under way. */
    Map<Session, Integer> sentBy(List<Session> sessions) {
        Map<Session, Integer> sent = new IdentityHashMap<>();
        sessions.forEach(session -> sent.put(session, 0));
        for (Pending entry : controller.table().all()) {
            if (entry.caller() != null) {
                sent.computeIfPresent(entry.caller(), (caller, count) -> count + 1);
            }
        }
        return sent;
    }

    /** Drains more channels; those that drain already are joined. */
    void drain(List<Session> sessions, Map<Session, Integer> sent) {
        List<ChannelDrain> more = new ArrayList<>(sessions.size());
        for (Session session : sessions) {
            more.add(session.drain(goodbye, limit, sent.getOrDefault(session, 0)));
        }
        open.addAndGet(more.size());
        synchronized (this) {
            List<ChannelDrain> all = new ArrayList<>(drains);
            all.addAll(more);
            drains = List.copyOf(all);
        }
        // Only now: what one gives back must find none that is to be drained next.
        more.forEach(ChannelDrain::begin);
        more.forEach(drain -> drain.over().thenRun(this::oneLess));
    }

    /** The report waits, until {@link #oneLess}. */
    void oneMore() {
        open.incrementAndGet();
    }

    /** A channel is gone, or what the report waited for is counted. */
    void oneLess() {
        if (open.decrementAndGet() == 0) {
            allAreGone();
        }
    }

    /** Every channel is gone. */
    void allAreGone() {
        finish();
    }

    /** Whether a channel of this run is up. */
    boolean hasOpen() {
        for (ChannelDrain drain : drains) {
            if (!drain.isOver()) {
                return true;
            }
        }
        return false;
    }

    long elapsedNanos() {
        return System.nanoTime() - beganNanos;
    }

    /** Ends what is under way, tells its callers, and closes the channels behind that. */
    void atLimit() {
        closeOpen(true);
    }

    /** Says goodbye on what is up, and completes soon, whatever a channel takes. */
    void closeOpen(boolean isAtLimit) {
        if (isAtLimit) {
            markLate();
        }
        Map<Session, ChannelDrain> late = new IdentityHashMap<>();
        for (ChannelDrain drain : drains) {
            if (!drain.isOver()) {
                late.put(drain.session(), drain);
            }
        }
        if (!late.isEmpty()) {
            oneMore(); // until all of it is counted
            endThoseOf(late.keySet());
            late.values().forEach(ChannelDrain::cut);
            oneLess();
        }
        controller.timer().schedule(this::finish, GRACE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** What is up now is ended at the limit. */
    void markLate() {
        drains.forEach(ChannelDrain::atLimit);
    }

    /** Ends the commands that these have sent, so that they are told what is true; a durable one goes on for nobody. */
    private void endThoseOf(Set<Session> callers) {
        for (Pending entry : controller.table().all()) {
            if (entry.caller() != null && callers.contains(entry.caller()) && !entry.outlivesCaller()) {
                end(entry);
            }
        }
    }

    /** Ends a command with what is true of it. */
    void end(Pending found) {
        Pending entry = found.current();
        Session member = entry.member();
        ChannelDrain atMember = member == null ? null : member.drain();
        ChannelDrain ofCaller = entry.caller() == null ? null : entry.caller().drain();
        if (atMember != null) {
            atMember.counting();
        }
        if (ofCaller != null) {
            ofCaller.counting();
        }
        end(entry, member, atMember, ofCaller);
        if (atMember != null) {
            atMember.counted();
        }
        if (ofCaller != null) {
            ofCaller.counted();
        }
    }

    private void end(Pending entry, Session member, ChannelDrain atMember, ChannelDrain ofCaller) {
        Command command = entry.command();
        Outcome outcome = entry.end(ErrorCode.DRAINING, "the " + what + " was drained before the command had ended");
        if (outcome == null || command == null) {
            return;
        }
        if (atMember != null) {
            atMember.leftBehind();
        }
        if (ofCaller != null) {
            ofCaller.sentInVain();
        }
        DrainReport.Unfinished unfinished = entry.unfinished(command, member, outcome);
        if (atMember != null) {
            atMember.name(unfinished);
        } else if (ofCaller != null) {
            ofCaller.name(unfinished);
        } else {
            left.add(unfinished);
        }
    }

    /** Completes with the report, whatever is still up. Idempotent. */
    void finish() {
        ScheduledFuture<?> timer = limitTimer;
        if (timer != null) {
            timer.cancel(false);
        }
        if (!report.isDone()) {
            report.complete(report());
        }
    }

    /** Completes with the report. */
    CompletionStage<DrainReport> whenOver() {
        return report;
    }

    private DrainReport report() {
        Map<Outcome, Long> unfinished = new EnumMap<>(Outcome.class);
        List<DrainReport.Unfinished> named = new ArrayList<>();
        List<DrainReport.ChannelReport> rows = new ArrayList<>();
        left.addTo(unfinished, named);
        for (ChannelDrain drain : drains) {
            drain.left().addTo(unfinished, named);
            rows.add(drain.report());
        }
        rows.sort(Comparator.comparing(DrainReport.ChannelReport::instance));
        long lost = unfinished.values().stream().mapToLong(Long::longValue).sum();
        return new DrainReport(
                what, end(rows), Duration.ofNanos(elapsedNanos()), finished(rows, lost), unfinished, named, rows);
    }

    /** Why the whole of it ended. */
    DrainEnd end(List<DrainReport.ChannelReport> rows) {
        DrainEnd worst = DrainEnd.DONE;
        for (DrainReport.ChannelReport row : rows) {
            if (row.end() == DrainEnd.LIMIT || worst == DrainEnd.DONE) {
                worst = row.end();
            }
        }
        return worst;
    }

    /** How many commands ended by themselves. */
    long finished(List<DrainReport.ChannelReport> rows, long unfinished) {
        return rows.stream()
                .mapToLong(row -> (long) row.toFinished() + row.fromFinished())
                .sum();
    }
}
