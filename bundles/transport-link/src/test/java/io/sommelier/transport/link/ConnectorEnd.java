package io.sommelier.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Welcome;
import io.sommelier.wire.InStream;
import io.sommelier.wire.Link;
import io.sommelier.wire.LinkHandler;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.LinkSink;
import io.sommelier.wire.OutStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/** The connector's end of a link, which keeps what it hears and what it has to say. For one thread. */
final class ConnectorEnd implements LinkHandler, LinkSink {
    final Link link;
    final Queue<ByteBuf> written = new ArrayDeque<>();
    final List<Part> parts = new ArrayList<>();
    Welcome welcomed;
    InStream taken;
    Command command;
    Goodbye goodbye;

    ConnectorEnd(Hello hello) {
        link = Link.ofConnector(
                LinkSettings.defaults(), this, this, UnpooledByteBufAllocator.DEFAULT, System::nanoTime, hello);
    }

    @Override
    public void write(ByteBuf frames) {
        written.add(frames);
    }

    @Override
    public void close() {}

    @Override
    public void hello(Hello hello) {}

    @Override
    public void welcomed(Welcome welcome) {
        welcomed = welcome;
    }

    @Override
    public void command(
            InStream stream, Command came, long initialCredit, String source, String principal, int attempt) {
        taken = stream;
        command = came;
    }

    @Override
    public void credit(InStream stream, long bytes) {}

    @Override
    public void cancelled(InStream stream, String reason) {}

    @Override
    public void admitted(OutStream stream) {}

    @Override
    public void part(OutStream stream, Part part) {
        parts.add(part);
    }

    @Override
    public void lost(OutStream stream) {}

    @Override
    public void operations(Set<String> operations) {}

    @Override
    public void draining() {}

    @Override
    public void closed(Goodbye why) {
        goodbye = why;
    }
}
