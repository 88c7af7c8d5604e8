package io.sommelier.controller;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What is sent while there is no line. */
final class ClosedLine {
    static final CompletionStage<Void> FAILED = CompletableFuture.failedStage(new CommandException(CommandError.of(
            ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, Stage.MAILBOX, "there is no link to other controllers")));

    private ClosedLine() {}
}
