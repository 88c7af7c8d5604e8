package io.sommelier.connector;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Welcome;
import io.sommelier.wire.InStream;
import io.sommelier.wire.Link;
import io.sommelier.wire.LinkHandler;
import io.sommelier.wire.LinkSink;
import io.sommelier.wire.OutStream;
import io.sommelier.wire.Outbox;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connector's end of one channel: from the socket to its end. Confined to the loop, but what {@link #sending} says of itself. */
final class Session implements LinkHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final String address;
    private final Lifecycle lifecycle;
    private final Outbox outbox;
    private final Link link;
    private final SendingSide sending;
    private final ServingSide serving;
    private final ScheduledFuture<?> ticking;
    private Goodbye goodbyeWhenQuiet;
    private boolean hasHeard;

    Session(
            String address,
            EventLoop loop,
            LinkSink sink,
            ByteBufAllocator allocator,
            Hello hello,
            ConnectorSettings settings,
            SendBudget budget,
            Operations operations,
            ServingThreads threads,
            Lifecycle lifecycle) {
        this.address = address;
        this.lifecycle = lifecycle;
        outbox = new Outbox(loop, loop::inEventLoop, this::afterBurst);
        link = Link.ofConnector(settings.link(), sink, this, allocator, settings.clock(), hello);
        sending = new SendingSide(link, outbox, budget, settings.clock());
        serving = new ServingSide(link, outbox, operations::all, threads, settings.clock());
        long millis = settings.tickMillis();
        ticking = loop.scheduleAtFixedRate(this::tick, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Of the controller. */
    String address() {
        return address;
    }

    Link link() {
        return link;
    }

    SendingSide sending() {
        return sending;
    }

    /**
     * Tells the controller to send no new commands, and closes with the goodbye when none is under way. What it sent before it heard of that still comes, and is served:
     * the answer to the ping comes behind it.
     */
    void drain(Goodbye goodbye) {
        goodbyeWhenQuiet = goodbye;
        link.drain();
        link.probe(() -> hasHeard = true);
        link.flush();
    }

    /** The socket takes more again: what was held back goes out. */
    void resume() {
        link.writable(true);
        afterBurst();
    }

    private void afterBurst() {
        sending.writeWaiting();
        link.flush();
    }

    private void tick() {
        try {
            link.tick();
            sending.tick();
            link.flush();
        } catch (RuntimeException defect) { // there must be another tick all the same
            LOG.error("a tick of the channel to {} failed", address, defect);
        }
        if (hasHeard && serving.isIdle() && sending.isIdle()) {
            link.close(goodbyeWhenQuiet);
        }
    }

    // --- the link ---------------------------------------------------------------------------------------------

    @Override
    public void hello(Hello hello) {
        // a controller's end alone gets a hello
    }

    @Override
    public void welcomed(Welcome welcome) {
        lifecycle.welcomed(this, welcome);
    }

    @Override
    public void command(
            InStream stream, Command command, long initialCredit, String source, String principal, int attempt) {
        serving.command(stream, command, initialCredit, source, principal, attempt);
    }

    @Override
    public void credit(InStream stream, long bytes) {
        serving.credit(stream, bytes);
    }

    @Override
    public void cancelled(InStream stream, String reason) {
        serving.cancelled(stream);
    }

    @Override
    public void admitted(OutStream stream) {
        sending.admitted(stream);
    }

    @Override
    public void part(OutStream stream, Part part) {
        sending.part(stream, part);
    }

    @Override
    public void lost(OutStream stream) {
        sending.lost(stream);
    }

    @Override
    public void operations(Set<String> operations) {
        // a controller serves no operations
    }

    @Override
    public void draining() {
        sending.draining();
        lifecycle.draining(this);
    }

    @Override
    public void closed(Goodbye goodbye) {
        ticking.cancel(false);
        lifecycle.ended(this, goodbye);
    }
}
