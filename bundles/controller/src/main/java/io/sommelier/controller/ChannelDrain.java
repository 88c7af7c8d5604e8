package io.sommelier.controller;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.admin.DrainEnd;
import io.sommelier.api.admin.DrainReport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** The drain of one channel: what became of its commands since it began. One for each channel, however many orders name it. Thread-safe. */
final class ChannelDrain {
    private final Session session;
    private final Goodbye goodbye;
    private final int sentBefore;
    private final long beganNanos = System.nanoTime();
    private final AtomicInteger released = new AtomicInteger();
    private final AtomicInteger handedOn = new AtomicInteger();
    private final AtomicInteger toUnfinished = new AtomicInteger();
    private final AtomicInteger crossed = new AtomicInteger();
    private final AtomicInteger fromUnfinished = new AtomicInteger();
    private final LeftCommands left = new LeftCommands();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final AtomicInteger toCome = new AtomicInteger(1); // the end of the channel, and what is just being counted
    private volatile boolean isAtLimit;
    private volatile Goodbye end; // null while the channel is up
    private volatile long endedNanos;

    /**
     * The drain of that channel, which is to begin.
     *
     * @param goodbye is said at the end
     * @param sentBefore how many commands of the connector are under way
     */
    ChannelDrain(Session session, Goodbye goodbye, int sentBefore) {
        this.session = session;
        this.goodbye = goodbye;
        this.sentBefore = sentBefore;
    }

    Session session() {
        return session;
    }

    /** Tells the channel, which says goodbye when nothing is under way. Idempotent. */
    void begin() {
        if (end == null) {
            session.channel().drain(goodbye);
        }
    }

    /** Says goodbye now. */
    void cut() {
        session.channel().close(goodbye);
    }

    /** A command has left its place at the connector, for whatever reason. */
    void released() {
        released.incrementAndGet();
    }

    /** A command goes to another member, or waits for one. */
    void handedOn() {
        handedOn.incrementAndGet();
    }

    /** The connector has sent a command before it heard of the drain. */
    void crossed() {
        crossed.incrementAndGet();
    }

    /** A command to the connector was ended, or lost. */
    void leftBehind() {
        toUnfinished.incrementAndGet();
    }

    /** A command of the connector was ended, or lost with it. */
    void sentInVain() {
        fromUnfinished.incrementAndGet();
    }

    /** Names a command of this channel that did not finish; called once for each, at one of its channels. */
    void name(DrainReport.Unfinished command) {
        left.add(command);
    }

    LeftCommands left() {
        return left;
    }

    /** What is under way is ended now. */
    void atLimit() {
        if (end == null) {
            isAtLimit = true;
        }
    }

    void closed(Goodbye goodbye) {
        endedNanos = System.nanoTime();
        end = goodbye;
        counted();
    }

    /** Something is to be counted yet: {@link #over} waits until {@link #counted}. */
    void counting() {
        toCome.incrementAndGet();
    }

    void counted() {
        if (toCome.decrementAndGet() == 0) {
            over.complete(null);
        }
    }

    boolean isOver() {
        return over.isDone();
    }

    /** Completes when the channel is gone, and all is counted. */
    CompletableFuture<Void> over() {
        return over;
    }

    /** Why it ended; one that has not is told of as one that ends at its limit. */
    DrainEnd end() {
        Goodbye said = end;
        if (isAtLimit || said == null) {
            return DrainEnd.LIMIT;
        }
        return said.reason() == CloseReason.NORMAL || said.reason() == CloseReason.SHUTDOWN
                ? DrainEnd.DONE
                : DrainEnd.LOST;
    }

    DrainReport.ChannelReport report() {
        Goodbye said = end;
        long nanos = (said == null ? System.nanoTime() : endedNanos) - beganNanos;
        int inVain = toUnfinished.get() + handedOn.get();
        return new DrainReport.ChannelReport(
                session.channelId(),
                session.instance(),
                session.targetId(),
                session.channel().transport(),
                end(),
                said == null ? "" : said.reason() + ": " + said.message(),
                Duration.ofNanos(nanos),
                Math.max(0, released.get() - inVain),
                toUnfinished.get(),
                handedOn.get(),
                Math.max(0, sentBefore + crossed.get() - fromUnfinished.get()),
                fromUnfinished.get());
    }
}
