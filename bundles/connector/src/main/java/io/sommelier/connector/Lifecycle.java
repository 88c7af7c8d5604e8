package io.sommelier.connector;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Credential;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import io.sommelier.connector.ConnectorState.Phase;
import io.sommelier.wire.LinkSink;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session after the other, until the connector is closed or told to stay away. Confined to the loop, but {@link #active} and {@link #close}.
 */
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    /** A channel that was active for so long lets the waits between attempts begin anew. */
    private static final long STABLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ConnectorSettings settings;
    private final EventLoop loop;
    private final Operations operations;
    private final ServingThreads threads;
    private final SendBudget budget;
    private final StateBoard board;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile Session active;
    private SocketSource source;
    private Session current;
    private Channel socket;
    private String resumeToken = "";
    private Set<String> told = Set.of();
    private long activeSinceNanos;
    private boolean isClosing;

    Lifecycle(
            ConnectorSettings settings,
            EventLoop loop,
            Operations operations,
            ServingThreads threads,
            SendBudget budget,
            StateBoard board) {
        this.settings = settings;
        this.loop = loop;
        this.operations = operations;
        this.threads = threads;
        this.budget = budget;
        this.board = board;
    }

    /** The session over which commands are sent now, or {@code null}. Any thread. */
    Session active() {
        return active;
    }

    /** Completes when everything has ended but the loop. Any thread. */
    CompletionStage<Void> whenEnded() {
        return ended;
    }

    void start(SocketSource of) {
        source = of;
        source.start();
    }

    // --- looking for a controller -----------------------------------------------------------------------------

    void seeks(String address) {
        if (!isClosing) {
            board.show(ConnectorState.connecting(address));
        }
    }

    void notFound(Goodbye goodbye) {
        board.show(ConnectorState.ended(Phase.UNREACHED, board.state().address(), goodbye));
    }

    /** Whether a socket is wanted. */
    boolean isLooking() {
        return !isClosing && current == null;
    }

    /** A socket is open; gives {@code null} when it is not wanted. */
    Session opened(Channel opened, LinkSink sink, String address, Credential credential) {
        if (!isLooking()) {
            return null;
        }
        socket = opened;
        told = operations.all().keySet();
        Hello.Builder hello =
                settings.hello().toBuilder().resumeToken(resumeToken).credential(credential);
        if (!settings.hello().targetId().isEmpty()) {
            hello.serves(settings.hello().targetId(), told);
        }
        current = new Session(
                address, loop, sink, opened.alloc(), hello.build(), settings, budget, operations, threads, this);
        return current;
    }

    // --- the session ------------------------------------------------------------------------------------------

    void welcomed(Session session, Welcome welcome) {
        resumeToken = welcome.resumeToken();
        activeSinceNanos = settings.clock().getAsLong();
        active = session;
        operationsChanged();
        board.show(ConnectorState.active(session.address(), welcome));
    }

    /** Tells the controller what is served, if that is not what it knows. */
    void operationsChanged() {
        Set<String> now = operations.all().keySet();
        if (active != null && !now.equals(told)) {
            told = now;
            active.link().operations(now);
            active.link().flush();
        }
    }

    /** The controller sends nothing new and takes nothing new; what is under way goes on. */
    void draining(Session session) {
        if (session == active && board.state().phase() == Phase.ACTIVE) {
            board.show(board.state().draining());
        }
    }

    /** The channel is gone. First nobody takes the connector for active any more, then those who wait for replies are told. */
    void ended(Session session, Goodbye goodbye) {
        boolean wasActive = active != null;
        boolean wasStable = wasActive && settings.clock().getAsLong() - activeSinceNanos >= STABLE_NANOS;
        active = null;
        current = null;
        boolean isOver = isClosing || !goodbye.comeBack();
        if (isOver) {
            isClosing = true;
            source.stop();
            board.show(ConnectorState.ended(Phase.CLOSED, session.address(), goodbye));
        } else {
            Phase phase = wasActive ? Phase.LOST : hasAnswered(goodbye) ? Phase.REFUSED : Phase.UNREACHED;
            board.show(ConnectorState.ended(phase, session.address(), goodbye));
        }
        session.sending().closed(goodbye.reason() + ", " + goodbye.message());
        if (isOver) {
            finish();
        } else {
            source.again(wasActive, wasStable);
        }
    }

    /** Whether something came back before the attempt ended. */
    private static boolean hasAnswered(Goodbye goodbye) {
        return switch (goodbye.reason()) {
            case LOST, HELLO_TIMEOUT, HEARTBEAT_TIMEOUT -> false;
            default -> true;
        };
    }

    // --- the end ----------------------------------------------------------------------------------------------

    /** Lets what is under way end within the limit, says goodbye, and looks for no controller any more. Any thread. */
    void close(Duration limit) {
        try {
            loop.execute(() -> beginClose(limit));
        } catch (RejectedExecutionException over) {
            LOG.trace("connector {} is closed already", settings.hello().instance(), over);
        }
    }

    private void beginClose(Duration limit) {
        if (isClosing) {
            return;
        }
        isClosing = true;
        source.stop();
        Goodbye goodbye = new Goodbye(CloseReason.NORMAL, false, "closed by its owner");
        if (active != null) {
            Session draining = active;
            draining(draining);
            draining.drain(goodbye);
            loop.schedule(() -> draining.link().close(goodbye), limit.toNanos(), TimeUnit.NANOSECONDS);
        } else if (current != null) {
            current.link().close(goodbye);
        } else {
            board.show(ConnectorState.ended(Phase.CLOSED, board.state().address(), goodbye));
            finish();
        }
    }

    /** Ends what is left, when nothing can come any more: senders at the gate, the socket, handlers that still run. */
    private void finish() {
        CompletableFuture<Void> nobodyAtTheGate = new CompletableFuture<>();
        CompletableFuture<Void> socketClosed = new CompletableFuture<>();
        CompletableFuture<Void> handlersEnded = new CompletableFuture<>();
        budget.shut(() -> nobodyAtTheGate.complete(null));
        if (socket == null) {
            socketClosed.complete(null);
        } else {
            socket.closeFuture().addListener(closed -> socketClosed.complete(null));
        }
        // Waiting for handlers that are interrupted may take a second, which is too long for the loop.
        Thread closer = new Thread(
                () -> {
                    threads.close();
                    handlersEnded.complete(null);
                },
                "sommelier-" + settings.hello().instance() + "-closer");
        closer.start();
        CompletableFuture.allOf(nobodyAtTheGate, socketClosed, handlersEnded)
                .whenComplete((all, failure) -> ended.complete(null));
    }
}
