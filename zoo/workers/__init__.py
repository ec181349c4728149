"""Where calls run: in processes of this machine, or on a Dask cluster.

Both are executors of concurrent.futures that outlive a killed process: its call runs again in
another one, so calls must be repeatable.
"""
