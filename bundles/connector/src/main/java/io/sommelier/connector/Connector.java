package io.sommelier.connector;

import io.netty.channel.EventLoop;
import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Part;
import io.sommelier.api.ReplyListener;
import io.sommelier.connector.ConnectorState.Phase;
import io.sommelier.wire.serving.PendingCall;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attaches a program to a controller: it serves operations of a target, sends commands, or both, over one channel. Thread-safe.
 *
 * <pre>{@code
 * Connector connector = Connector.builder("cellar-1")
 *         .controller("127.0.0.1:7007")
 *         .serves("cellar")
 *         .handler("pour", CommandHandler.answering(invocation -> Payload.ofText("a glass of " + invocation.payload().asText())))
 *         .open();
 *
 * connector.awaitActive(Duration.ofSeconds(5));
 * Call call = connector.send(Command.to("kitchen", "cook").payload(Payload.ofText("soup")).build());
 * call.result().thenAccept(reply -> System.out.println(reply.payload().asText()));
 *
 * connector.close();
 * }</pre>
 *
 * <p>It keeps trying until it is closed or a controller tells it to stay away: controllers are dialled in order, with waits that grow and are spread at random. While it is
 * not active a command fails at once, NOT_SENT; when its channel is lost, every command under way fails at once, with what is certain of it. A command ends by its own
 * deadline even if the controller never answers.
 *
 * <p>Handlers run on threads of their own, {@code sommelier-<instance>-N}, unless they are direct; everything else runs on one I/O thread. That thread is no daemon: an open
 * connector keeps the program alive, and {@link #close()} lets it end. An open connector needs no reference to live on.
 */
public final class Connector implements CommandSender, AutoCloseable {
    /** How long {@link #close()} lets commands that are under way go on. */
    public static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

    private final String instance;
    private final Lifecycle lifecycle;
    private final Operations operations;
    private final StateBoard board;
    private final SocketSource source;
    private final LongSupplier clock;
    private final EventLoop loop;
    private final CompletionStage<Void> ended;

    Connector(
            String instance,
            Lifecycle lifecycle,
            Operations operations,
            StateBoard board,
            SocketSource source,
            LongSupplier clock,
            EventLoop loop,
            CompletionStage<Void> ended) {
        this.instance = instance;
        this.lifecycle = lifecycle;
        this.operations = operations;
        this.board = board;
        this.source = source;
        this.clock = clock;
        this.loop = loop;
        this.ended = ended;
    }

    /**
     * Starts to make a connector.
     *
     * @param instance its id, unique among all connectors; 1 to 128 of {@code A-Z a-z 0-9 . _ : -}, starting with a letter or digit
     * @throws IllegalArgumentException when the id breaks that grammar
     */
    public static ConnectorBuilder builder(String instance) {
        return new ConnectorBuilder(instance);
    }

    /** The instance id. */
    public String instance() {
        return instance;
    }

    // --- state ------------------------------------------------------------------------------------------------

    /** Where it stands now. */
    public ConnectorState state() {
        return board.state();
    }

    /** Whether a controller has taken it in, and its channel lives as far as anybody can know. */
    public boolean isActive() {
        return board.state().phase() == Phase.ACTIVE;
    }

    /**
     * Tells when it is active.
     *
     * <ul>
     *   <li>completes with the state when it is active, at once if it is so now
     *   <li>fails with {@link IllegalStateException} when it is closed
     * </ul>
     *
     * It completes on the I/O thread: do not block in what depends on it.
     */
    public CompletionStage<ConnectorState> active() {
        return board.active();
    }

    /**
     * Waits until it is active. Must not be called on its I/O thread.
     *
     * @return whether it is; {@code false} when the limit has passed, or it is closed: {@link #state} says which, and why
     * @throws InterruptedException when the thread is interrupted
     */
    public boolean awaitActive(Duration limit) throws InterruptedException {
        try {
            board.active().toCompletableFuture().get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException | ExecutionException notActive) {
            return false;
        }
    }

    /**
     * The port it listens on, which tells where 0 was given to {@link ConnectorBuilder#listenOn}.
     *
     * @throws IllegalStateException when it dials
     */
    public int localPort() {
        return source.localPort();
    }

    // --- sending ----------------------------------------------------------------------------------------------

    /**
     * {@inheritDoc}
     *
     * <p>Beside what the controller answers, a command fails with
     *
     * <ul>
     *   <li>CONTROLLER_GONE, NOT_SENT, retryable while the connector is not active, or when its channel was lost before the command was written
     *   <li>CONTROLLER_GONE, UNKNOWN when the channel was lost after that
     *   <li>OVERLOADED, NOT_SENT when as much waits to be written as may
     *   <li>DRAINING, NOT_SENT when the controller takes nothing new
     *   <li>EXPIRED when the time to live was spent and the controller does not say so itself, half a second later
     *   <li>PAYLOAD_TOO_LARGE, HEADERS_TOO_LARGE, NOT_SENT when it is above what the controller takes
     * </ul>
     */
    @Override
    public Call send(Command command) {
        Session session = lifecycle.active();
        SendingSide side = session == null ? null : session.sending();
        return submit(side, new SentCommand(side, PendingCall.counted(command), clock.getAsLong()));
    }

    /** {@inheritDoc} It fails as {@link #send(Command)} does. */
    @Override
    public Call send(Command command, ReplyListener listener) {
        Session session = lifecycle.active();
        SendingSide side = session == null ? null : session.sending();
        return submit(side, new SentCommand(side, PendingCall.counted(command), listener, clock.getAsLong()));
    }

    private Call submit(SendingSide side, SentCommand call) {
        if (side != null) {
            side.submit(call);
            return call;
        }
        boolean isClosed = board.state().phase() == Phase.CLOSED;
        String message = isClosed ? "the connector is closed" : "the connector is not connected to a controller";
        call.part(Part.failed(SendingSide.notConnected(message, !isClosed)).build());
        return call;
    }

    // --- serving ----------------------------------------------------------------------------------------------

    /**
     * Serves an operation from now on, in place of what served it before; the controller is told. Commands under way go on with the handler they have.
     *
     * @throws IllegalStateException when the connector serves no target
     * @throws IllegalArgumentException when the name breaks the grammar, or there are too many operations
     */
    public void handler(String operation, CommandHandler handler) {
        operations.put(operation, handler, false);
        tellOperations();
    }

    /**
     * As {@link #handler}, for a handler that runs on the I/O thread: it must not block, and is the quicker for it.
     *
     * @throws IllegalStateException when the connector serves no target
     * @throws IllegalArgumentException when the name breaks the grammar, or there are too many operations
     */
    public void directHandler(String operation, CommandHandler handler) {
        operations.put(operation, handler, true);
        tellOperations();
    }

    /** Serves an operation no more; the controller is told. Commands under way go on. An operation that is not served is left alone. */
    public void removeHandler(String operation) {
        operations.remove(operation);
        tellOperations();
    }

    private void tellOperations() {
        try {
            loop.execute(lifecycle::operationsChanged);
        } catch (RejectedExecutionException closed) {
            LOG.trace("connector {} is closed, and serves nothing", instance, closed);
        }
    }

    // --- the end ----------------------------------------------------------------------------------------------

    /** {@link #close(Duration)} with {@link #CLOSE_LIMIT}. */
    @Override
    public void close() {
        close(CLOSE_LIMIT);
    }

    /**
     * Ends the connector: tells the controller to send nothing new, lets the commands under way in both directions end, says goodbye, and ends its threads. What is not
     * done within the limit fails as if the channel were lost. Waits for all that, unless it is called on the I/O thread, or is interrupted. Idempotent.
     *
     * <pre>{@code
     * Runtime.getRuntime().addShutdownHook(new Thread(() -> connector.close(Duration.ofSeconds(30))));
     * }</pre>
     */
    public void close(Duration limit) {
        CompletionStage<Void> end = closeLater(limit);
        if (loop.inEventLoop()) {
            return;
        }
        try {
            end.toCompletableFuture().get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException never) {
            throw new IllegalStateException("the end of a connector cannot fail", never);
        }
    }

    /** As {@link #close(Duration)}, without waiting; completes when everything has ended. */
    public CompletionStage<Void> closeLater(Duration limit) {
        lifecycle.close(limit);
        return ended;
    }
}
