package io.sommelier.testkit;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A transport whose channels are {@link FakeChannel}s that a test opens by hand. Thread-safe. */
public final class FakeTransport implements Transport {
    private final List<FakeChannel> channels = new CopyOnWriteArrayList<>();
    private volatile ChannelAcceptor acceptor;

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public CompletionStage<Void> start(ChannelAcceptor to) {
        acceptor = to;
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> stop(Duration drainLimit) {
        acceptor = null;
        channels.forEach(channel -> channel.close(new Goodbye(CloseReason.SHUTDOWN, true, "the transport stops")));
        channels.clear();
        return CompletableFuture.completedStage(null);
    }

    /** The controller that started it; empty before the start and after the stop. */
    public Optional<ChannelAcceptor> acceptor() {
        return Optional.ofNullable(acceptor);
    }

    /**
     * Opens a channel.
     *
     * @throws IllegalStateException when nobody has started the transport
     * @throws io.sommelier.spi.HelloRefusedException when the controller refuses
     */
    public FakeChannel connect(Hello hello) {
        ChannelAcceptor present = acceptor;
        if (present == null) {
            throw new IllegalStateException("nobody has started the transport");
        }
        FakeChannel channel = new FakeChannel(hello.instance());
        channel.connect(present, hello);
        channels.add(channel);
        return channel;
    }
}
