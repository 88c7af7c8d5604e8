package io.sommelier.controller;

import io.sommelier.api.CloseReason;
import io.sommelier.api.CommandId;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Part;
import io.sommelier.spi.Channel;
import io.sommelier.spi.Outgoing;
import io.sommelier.spi.Peer;
import io.sommelier.spi.SendQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** A channel whose delivering thread is whoever calls {@link #claimNext}, {@link #answer} or {@link #lose}, one at a time. Thread-safe. */
class HandChannel implements Channel {
    private final SendQueue queue;
    private final List<Outgoing> claimed = new ArrayList<>();
    private final List<CommandId> claimedIds = new ArrayList<>();
    private final List<String> cancels = new ArrayList<>();
    private long credit;
    private boolean closed;
    private Goodbye goodbye;
    private Goodbye leaving;
    volatile Peer peer;
    volatile boolean answersProbes = true;
    volatile boolean refusesOffers;
    volatile Runnable atOffer = () -> {};

    /** Whether nothing that the connector sent is under way, as far as a drain is concerned. */
    volatile BooleanSupplier isSentIdle = () -> true;

    volatile boolean answersDrains = true;

    HandChannel(int capacity) {
        queue = new SendQueue(capacity);
    }

    @Override
    public String transport() {
        return "hand";
    }

    @Override
    public String remoteAddress() {
        return "here";
    }

    @Override
    public boolean offer(Outgoing outgoing) {
        atOffer.run();
        return !refusesOffers && queue.offer(outgoing);
    }

    @Override
    public synchronized void credit(Outgoing outgoing, long bytes) {
        credit += bytes;
    }

    @Override
    public synchronized void cancel(Outgoing outgoing, String reason) {
        claimed.remove(outgoing);
        cancels.add(reason);
        leaveWhenIdle();
    }

    @Override
    public CompletionStage<Void> probe() {
        return answersProbes ? CompletableFuture.completedStage(null) : new CompletableFuture<>();
    }

    @Override
    public void close(Goodbye goodbye) {
        lose(goodbye);
    }

    @Override
    public synchronized void drain(Goodbye then) {
        if (closed || leaving != null || peer == null) {
            return;
        }
        leaving = then;
        refusesOffers = true;
        peer.draining();
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            next.lost();
        }
        leaveWhenIdle();
    }

    /** Says goodbye if it drains, and nothing is under way any more. */
    synchronized void leaveWhenIdle() {
        if (leaving != null && answersDrains && claimed.isEmpty() && isSentIdle.getAsBoolean()) {
            lose(leaving);
        }
    }

    /** Takes one command from the queue; {@code true} when it could be claimed. */
    synchronized boolean claimNext() {
        Outgoing next = queue.poll();
        if (next == null || !next.claim()) {
            return false;
        }
        credit = next.initialCredit();
        if (next.command() == null) {
            throw new AssertionError("a claimed command must be there to be written");
        }
        claimed.add(next);
        claimedIds.add(next.command().id());
        return true;
    }

    /** Every command that was claimed, in order. */
    synchronized List<CommandId> claimedIds() {
        return List.copyOf(claimedIds);
    }

    /** Passes a part for the first claimed command; {@code true} when it was taken. */
    synchronized boolean answer(Part part) {
        if (claimed.isEmpty()) {
            return false;
        }
        Outgoing first = part.status().isTerminal() ? claimed.remove(0) : claimed.get(0);
        boolean isTaken = first.part(part);
        leaveWhenIdle();
        return isTaken;
    }

    void lose() {
        lose(new Goodbye(CloseReason.LOST, true, "cut by the test"));
    }

    private synchronized void lose(Goodbye goodbye) {
        if (closed) {
            return;
        }
        closed = true;
        this.goodbye = goodbye;
        queue.close();
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            next.lost();
        }
        List<Outgoing> had = List.copyOf(claimed);
        claimed.clear();
        had.forEach(Outgoing::lost);
        if (peer != null) {
            peer.closed(goodbye);
        }
    }

    synchronized List<String> cancels() {
        return List.copyOf(cancels);
    }

    /** The initial credit of the last claim, and what was added since. */
    synchronized long grantedCredit() {
        return credit;
    }

    /** Takes a command from the queue without claiming it. */
    synchronized Outgoing takeUnclaimed() {
        return queue.poll();
    }

    /** The command claimed first of those that have not ended. */
    synchronized Outgoing working() {
        return claimed.get(0);
    }

    /** How it was closed, or {@code null}. */
    synchronized Goodbye goodbye() {
        return goodbye;
    }

    int queued() {
        return queue.size();
    }
}
