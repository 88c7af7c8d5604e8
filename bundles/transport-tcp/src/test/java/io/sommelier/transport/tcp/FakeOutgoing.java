package io.sommelier.transport.tcp;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Outgoing;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A pending entry that keeps what a channel does with it. Thread-safe. */
final class FakeOutgoing extends Outgoing {
    final BlockingQueue<String> claims = new LinkedBlockingQueue<>();
    final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    final BlockingQueue<String> losses = new LinkedBlockingQueue<>();
    private final Command command;
    private final boolean isClaimable;

    FakeOutgoing(String text) {
        this(Payload.ofText(text), true);
    }

    FakeOutgoing(Payload payload, boolean isClaimable) {
        this.command = Command.to("cellar", "pour").payload(payload).build();
        this.isClaimable = isClaimable;
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
        return "guest-1";
    }

    @Override
    public String principal() {
        return "ann";
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public boolean claim() {
        claims.add(Thread.currentThread().getName());
        return isClaimable;
    }

    @Override
    public long initialCredit() {
        return 1000;
    }

    @Override
    public boolean part(Part part) {
        return parts.add(part);
    }

    @Override
    public void lost() {
        losses.add(Thread.currentThread().getName());
    }
}
