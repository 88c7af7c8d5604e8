package io.sommelier.api;

import io.sommelier.api.Handlers.IteratorHandler;
import java.util.Iterator;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Executes commands of one operation, or of several.
 *
 * <p>Given to a connector, or, in an OSGi framework, published as a service with these properties; one that lacks a
 * required one, or has a wrong one, is not used, and the log says why:
 *
 * <ul>
 *   <li>{@link #TARGET}: the target that it serves, required
 *   <li>{@link #OPERATION}: one operation or several, required
 *   <li>{@link #EXECUTION}: {@code pooled}, which holds where it is absent, or {@code direct}
 *   <li>{@code service.ranking}: of two handlers of one bundle for one operation the higher serves
 * </ul>
 *
 * <p>Called by many threads at once. Runs on the bounded executor of its member unless it is declared direct: then on
 * the thread that brought the command, and it must not block. It may answer now or later, from any thread, through the
 * responder; a command that it never answers ends when its time to live is spent. What it throws, {@code Error}s too,
 * fails the command unless that has ended, never the channel: a {@link CommandException} with its own error, whose outcome
 * becomes {@link Outcome#EXECUTED} unless it is {@link Outcome#REFUSED}; anything else with {@link ErrorCode#HANDLER_FAILED} and {@link Outcome#EXECUTED}, and
 * with the text of the exception, which the caller sees.
 */
@ConsumerType
@FunctionalInterface
public interface CommandHandler {
    /** The service property that names the target. */
    String TARGET = "sommelier.target";

    /** The service property that names the operation, or several. */
    String OPERATION = "sommelier.operation";

    /** The service property that says where the handler runs: {@code pooled} or {@code direct}. */
    String EXECUTION = "sommelier.execution";

    /**
     * Executes one command and answers it through the responder, with exactly one terminal.
     *
     * @throws Exception fails the command, unless it has ended
     */
    void handle(Invocation invocation, Responder responder) throws Exception;

    /** A handler that answers what the function returns; {@code null} ends the command with {@link ErrorCode#BAD_REPLY}. */
    static CommandHandler answering(Function<? super Invocation, Payload> function) {
        return (invocation, responder) -> Handlers.completeWith(responder, function.apply(invocation));
    }

    /**
     * A handler that answers when the stage completes, and fails with what the stage fails with; a cancelled command
     * cancels the stage if it is a {@code Future}. {@code null}, as stage or answer, ends the command with
     * {@link ErrorCode#BAD_REPLY}.
     */
    static CommandHandler answeringLater(Function<? super Invocation, ? extends CompletionStage<Payload>> function) {
        return (invocation, responder) -> Handlers.completeLater(responder, function.apply(invocation));
    }

    /**
     * A handler that streams what the iterator gives, one DATA part an element, then completes. The iterator is pulled on the handler's executor, only against
     * credit, never by two threads at once, and is closed, if it is {@link AutoCloseable}, at the end, however that comes: before a terminal of its own is answered; on a
     * cancel, on the thread that brought it, unless it is just being pulled. {@code null}, as iterator or element, ends the command with {@link ErrorCode#BAD_REPLY}.
     */
    static CommandHandler iterating(Function<? super Invocation, ? extends Iterator<Payload>> function) {
        return (invocation, responder) -> new IteratorHandler(responder, function.apply(invocation)).start();
    }

    /**
     * A handler that streams what the publisher gives, one DATA part an element, then completes. Demand follows credit; a cancelled command cancels the subscription.
     * {@code null} in place of a publisher ends the command with {@link ErrorCode#BAD_REPLY}.
     */
    static CommandHandler publishing(Function<? super Invocation, ? extends Flow.Publisher<Payload>> function) {
        return (invocation, responder) -> Handlers.publish(responder, function.apply(invocation));
    }
}
