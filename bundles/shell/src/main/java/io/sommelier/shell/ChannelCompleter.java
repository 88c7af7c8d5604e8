package io.sommelier.shell;

import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.ControllerAdmin;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the ids of channels, of the first ones. */
@Service
public final class ChannelCompleter implements Completer {
    private static final int MOST = 100;

    @Reference
    private ControllerAdmin admin;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> ids = admin.channels().stream()
                .limit(MOST)
                .map(ChannelView::channelId)
                .toList();
        return new StringsCompleter(ids).complete(session, commandLine, candidates);
    }
}
