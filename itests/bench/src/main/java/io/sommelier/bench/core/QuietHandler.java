package io.sommelier.bench.core;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Welcome;
import io.sommelier.wire.InStream;
import io.sommelier.wire.LinkHandler;
import io.sommelier.wire.OutStream;
import java.util.Set;

/** Does nothing about anything; subclasses take up what they care for. Confined to the link's thread. */
public abstract class QuietHandler implements LinkHandler {
    /** For subclasses. */
    protected QuietHandler() {}

    @Override
    public void hello(Hello hello) {}

    @Override
    public void welcomed(Welcome welcome) {}

    @Override
    public void command(
            InStream stream, Command command, long initialCredit, String source, String principal, int attempt) {}

    @Override
    public void credit(InStream stream, long bytes) {}

    @Override
    public void cancelled(InStream stream, String reason) {}

    @Override
    public void admitted(OutStream stream) {}

    @Override
    public void part(OutStream stream, Part part) {}

    @Override
    public void lost(OutStream stream) {}

    @Override
    public void operations(Set<String> operations) {}

    @Override
    public void draining() {}

    @Override
    public void closed(Goodbye goodbye) {}
}
