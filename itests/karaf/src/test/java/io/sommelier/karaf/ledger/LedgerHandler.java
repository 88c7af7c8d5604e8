package io.sommelier.karaf.ledger;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Responder;
import java.util.function.Consumer;

/** Says what each payload was that it executed, and answers with it. Goes into a bundle of its own. */
public final class LedgerHandler implements CommandHandler {
    private volatile Consumer<String> ledger;

    /** Who is told. */
    protected void setLedger(Consumer<String> told) {
        ledger = told;
    }

    @Override
    public void handle(Invocation invocation, Responder responder) {
        ledger.accept(invocation.payload().asText());
        responder.complete(invocation.payload());
    }
}
