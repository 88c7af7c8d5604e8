package io.sommelier.testkit;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import io.sommelier.spi.Outgoing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pending entry that a test offers to the channel of a transport, and that notices whatever the channel must not do: calls at the same time, parts without a claim, anything
 * after the end. Thread-safe.
 */
public final class FakeOutgoing extends Outgoing {
    private final Command command;
    private final long initialCredit;
    private final AtomicInteger inside = new AtomicInteger();
    private final List<Part> parts = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private volatile boolean isClaimable = true;
    private boolean isClaimed;
    private boolean isRefused;
    private boolean isLost;
    private boolean isCancelled;
    private boolean hasTerminal;

    /** An entry for its first attempt. */
    public FakeOutgoing(Command command, long initialCredit) {
        this.command = command;
        this.initialCredit = initialCredit;
    }

    /** Has it refuse the claim from now on, as an entry does that has ended. */
    public void refuseClaim() {
        isClaimable = false;
    }

    /** The controller has given it up: what the channel still says of it is dropped, and it owes nothing more. To be called before {@link io.sommelier.spi.Channel#cancel}. */
    public synchronized void cancelled() {
        isCancelled = true;
    }

    @Override
    public Command command() {
        return command;
    }

    @Override
    public long remainingNanos() {
        return command.ttlNanos();
    }

    @Override
    public String source() {
        return "source";
    }

    @Override
    public String principal() {
        return "principal";
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public boolean claim() {
        enter("claim");
        try {
            synchronized (this) {
                if (isClaimed || isRefused) {
                    faults.add("claimed twice");
                }
                boolean isGranted = isClaimable && !isCancelled;
                isClaimed = isGranted;
                isRefused = !isGranted;
                return isGranted;
            }
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public synchronized long initialCredit() {
        if (!isClaimed) {
            faults.add("asked for credit without a claim");
        }
        return initialCredit;
    }

    @Override
    public boolean part(Part part) {
        enter(part.toString());
        try {
            synchronized (this) {
                if (!isClaimed) {
                    faults.add(part + " without a claim");
                }
                parts.add(part);
                hasTerminal |= part.status().isTerminal();
                return !isCancelled;
            }
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void lost() {
        enter("lost");
        synchronized (this) {
            isLost = true;
        }
        inside.decrementAndGet();
    }

    private void enter(String what) {
        boolean isAlone = inside.getAndIncrement() == 0;
        synchronized (this) {
            if (!isAlone) {
                faults.add(what + " at the same time as another call");
            }
            if (hasTerminal || isLost || isRefused) {
                faults.add(what + " after the end");
            }
        }
    }

    /** The parts that came. */
    public synchronized List<Part> parts() {
        return List.copyOf(parts);
    }

    /** Whether it was claimed. */
    public synchronized boolean isClaimed() {
        return isClaimed;
    }

    /** Whether the channel said that it is lost. */
    public synchronized boolean isLost() {
        return isLost;
    }

    /** Whether the channel owes nothing more: a terminal or a loss came, or it was refused or cancelled. */
    public synchronized boolean isSettled() {
        return hasTerminal || isLost || isRefused || isCancelled;
    }

    /** What the channel did wrong; empty when nothing. */
    public synchronized List<String> faults() {
        return List.copyOf(faults);
    }
}
