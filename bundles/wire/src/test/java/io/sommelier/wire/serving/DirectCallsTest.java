package io.sommelier.wire.serving;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DirectCallsTest {
    /** Those that stop and start bundles end calls, and stay. */
    @Test
    void aThreadThatOutlivesTheBundleKeepsNoClassLoaderOfIt() throws Exception {
        ExecutorService stays = Executors.newSingleThreadExecutor();
        try {
            WeakReference<ClassLoader> bundle =
                    stays.submit(DirectCallsTest::used).get();

            await().until(() -> {
                System.gc();
                return bundle.get() == null;
            });
        } finally {
            stays.shutdownNow();
        }
    }

    /** A class loader of its own, whose classes this thread has been inside of. */
    private static WeakReference<ClassLoader> used() throws Exception {
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            path.add(new File(entry).toURI().toURL());
        }
        try (URLClassLoader bundle =
                new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Method ofThisThread = bundle.loadClass(DirectCalls.class.getName()).getDeclaredMethod("ofThisThread");
            ofThisThread.setAccessible(true);
            ofThisThread.invoke(null);
            return new WeakReference<>(bundle);
        }
    }
}
