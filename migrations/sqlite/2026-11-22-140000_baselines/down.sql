DROP TABLE monitor_baselines;
