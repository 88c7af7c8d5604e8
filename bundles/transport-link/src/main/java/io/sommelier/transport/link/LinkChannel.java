package io.sommelier.transport.link;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import io.sommelier.api.Welcome;
import io.sommelier.spi.Channel;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Outgoing;
import io.sommelier.spi.Peer;
import io.sommelier.spi.SendQueue;
import io.sommelier.wire.InStream;
import io.sommelier.wire.Link;
import io.sommelier.wire.LinkHandler;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.LinkSink;
import io.sommelier.wire.OutStream;
import io.sommelier.wire.Outbox;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's end of a link, as a channel: carries what the controller says to the link, and what comes over the link
 * to the controller. It knows nothing of the socket below.
 *
 * <p>The methods of {@link Channel} are thread-safe; all others are confined to the loop, as the link is.
 */
final class LinkChannel implements Channel, LinkHandler {
    private static final Logger LOG = LoggerFactory.getLogger(LinkChannel.class);

    /** For a command that was on its way when this end had stopped taking any. */
    private static final Part CROSSED = Part.failed(new CommandError(
                    ErrorCode.DRAINING, Outcome.NOT_SENT, true, Stage.INGRESS, "the channel takes no new commands"))
            .build();

    private final String transport;
    private final String remoteAddress;
    private final ChannelAcceptor acceptor;
    private final EventExecutor loop;
    private final SendQueue queue;
    private final Outbox outbox;
    private final Link link;
    private volatile Goodbye end;
    private volatile boolean isDraining;
    private Peer peer;
    private boolean isTakingIn;
    private Goodbye leaving; // what is said as soon as nothing is under way
    private boolean nothingCrosses; // the connector has read that nothing new is taken: nothing new comes

    LinkChannel(
            String transport,
            String remoteAddress,
            ChannelAcceptor acceptor,
            EventExecutor loop,
            LinkSink sink,
            ByteBufAllocator allocator,
            LinkSettings settings,
            int sendQueueCapacity) {
        this.transport = transport;
        this.remoteAddress = remoteAddress;
        this.acceptor = acceptor;
        this.loop = loop;
        queue = new SendQueue(sendQueueCapacity);
        outbox = new Outbox(loop, loop::inEventLoop, this::afterBurst);
        link = Link.ofController(settings, sink, this, allocator, System::nanoTime);
    }

    /** The link, for whoever owns the socket. */
    Link link() {
        return link;
    }

    /** Why it ended; {@code null} while it has not. */
    Goodbye end() {
        return end;
    }

    /** Whether a connector was taken in over this channel. */
    boolean wasWelcomed() {
        return peer != null;
    }

    // --- towards the connector --------------------------------------------------------------------------------

    @Override
    public String transport() {
        return transport;
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public boolean offer(Outgoing outgoing) {
        if (isDraining) {
            return false;
        }
        if (loop.inEventLoop() && queue.size() == 0 && link.isReady()) {
            send(outgoing);
        } else if (!queue.offer(outgoing)) {
            return false;
        }
        outbox.wake();
        return true;
    }

    /** The socket takes more again: what was held back goes out. */
    void resume() {
        link.writable(true);
        afterBurst();
    }

    private void afterBurst() {
        if (isDraining) {
            loseWaiting();
        }
        while (link.isReady()) {
            Outgoing outgoing = queue.poll();
            if (outgoing == null) {
                break;
            }
            send(outgoing);
        }
        readComplete();
    }

    /** A burst of reads, or of writes, is over. */
    void readComplete() {
        link.flush();
        if (leaving != null && nothingCrosses && link.isIdle()) {
            link.close(leaving);
        }
    }

    /**
     * Takes no new commands in either direction, lets those end that are under way, and says goodbye behind them. What the connector sends before it has read of it is answered
     * too: behind a goodbye it would be lost, and its sender could not know that it was never taken in.
     */
    void leave(Goodbye goodbye) {
        if (end != null || leaving != null) {
            return;
        }
        leaving = goodbye;
        if (peer == null) {
            nothingCrosses = true;
        } else {
            draining();
            link.drain();
            link.probe(() -> nothingCrosses = true); // the answer comes behind whatever crossed the drain
        }
        readComplete();
    }

    private void send(Outgoing outgoing) {
        if (!outgoing.claim()) {
            return;
        }
        try {
            outgoing.channelState(link.send(
                    outgoing.command(),
                    outgoing.remainingNanos(),
                    outgoing.initialCredit(),
                    outgoing.source(),
                    outgoing.principal(),
                    outgoing.attempt(),
                    outgoing));
        } catch (CommandException aboveALimit) {
            outgoing.part(Part.failed(aboveALimit.error()).build());
        }
    }

    @Override
    public void credit(Outgoing outgoing, long bytes) {
        if (end == null) {
            outbox.add(() -> {
                OutStream stream = streamOf(outgoing);
                if (stream != null) {
                    link.credit(stream, bytes);
                }
            });
        }
    }

    @Override
    public void cancel(Outgoing outgoing, String reason) {
        if (end == null) {
            outbox.add(() -> {
                OutStream stream = streamOf(outgoing);
                if (stream != null) {
                    outgoing.channelState(null);
                    link.cancel(stream, reason);
                }
            });
        }
    }

    /** The stream of a command that this channel has; a closed channel has none, whatever another one keeps there. */
    private OutStream streamOf(Outgoing outgoing) {
        return end == null ? (OutStream) outgoing.channelState() : null;
    }

    @Override
    public CompletionStage<Void> probe() {
        if (end != null) {
            return CompletableFuture.failedStage(new IllegalStateException("the channel is closed: " + end.message()));
        }
        CompletableFuture<Void> alive = new CompletableFuture<>();
        outbox.add(() -> link.probe(() -> alive.complete(null)));
        return alive;
    }

    @Override
    public void drain(Goodbye goodbye) {
        outbox.add(() -> leave(goodbye));
    }

    @Override
    public void close(Goodbye goodbye) {
        outbox.add(() -> link.close(goodbye));
    }

    // --- from the connector -----------------------------------------------------------------------------------

    @Override
    public void hello(Hello hello) {
        acceptor.hello(this, hello).whenComplete((taken, failure) -> {
            if (loop.inEventLoop()) {
                answer(hello, taken, failure);
                return;
            }
            try {
                loop.execute(() -> answer(hello, taken, failure));
            } catch (RejectedExecutionException ended) {
                answer(hello, taken, failure); // the loop is over, so this thread is alone with the channel
            }
        });
    }

    private void answer(Hello hello, Peer taken, Throwable failure) {
        if (taken == null) {
            if (end == null) {
                link.refuse(refusal(hello, failure));
            }
        } else if (end != null) {
            taken.closed(end);
        } else {
            peer = taken;
            link.welcome(taken.welcome());
            afterBurst();
        }
    }

    private Goodbye refusal(Hello hello, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof HelloRefusedException refused) {
            return refused.goodbye();
        }
        LOG.error("{} from {} could not be answered", hello, remoteAddress, cause);
        return new Goodbye(CloseReason.OTHER, true, "the controller failed to answer the hello");
    }

    @Override
    public void welcomed(Welcome welcome) {
        // the connector's end alone is welcomed
    }

    @Override
    public void command(
            InStream stream, Command command, long initialCredit, String source, String principal, int attempt) {
        if (leaving != null) {
            link.part(stream, CROSSED);
            return;
        }
        isTakingIn = true;
        Incoming incoming = peer.command(command, initialCredit, new ReplyWriter(link, outbox, stream));
        isTakingIn = false;
        stream.attachment(incoming);
        if (end != null) { // the controller closed the channel meanwhile, and closed() left the rest to be done here
            incoming.callerGone(end.message());
            peer.closed(end);
        }
    }

    @Override
    public void credit(InStream stream, long bytes) {
        ((Incoming) stream.attachment()).credit(bytes);
    }

    @Override
    public void cancelled(InStream stream, String reason) {
        if (stream.attachment() instanceof Incoming incoming) {
            incoming.cancel(reason);
        }
    }

    @Override
    public void peerGone(InStream stream, String reason) {
        if (stream.attachment() instanceof Incoming incoming) {
            incoming.callerGone(reason);
        }
    }

    @Override
    public void admitted(OutStream stream) {
        // nobody waits for a connector to have taken a command in
    }

    @Override
    public void part(OutStream stream, Part part) {
        Outgoing outgoing = (Outgoing) stream.attachment();
        if (part.status().isTerminal()) {
            outgoing.channelState(null);
        }
        outgoing.part(part);
    }

    @Override
    public void lost(OutStream stream) {
        Outgoing outgoing = (Outgoing) stream.attachment();
        outgoing.channelState(null);
        outgoing.lost();
    }

    @Override
    public void operations(Set<String> operations) {
        peer.operations(operations);
    }

    /** What waits for the connector is handed back: it would be refused there. */
    @Override
    public void draining() {
        isDraining = true;
        peer.draining();
        loseWaiting();
    }

    @Override
    public void closed(Goodbye goodbye) {
        end = goodbye;
        queue.close();
        loseWaiting();
        if (peer != null && !isTakingIn) {
            peer.closed(goodbye);
        }
    }

    private void loseWaiting() {
        for (Outgoing waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
            waiting.lost();
        }
    }
}
