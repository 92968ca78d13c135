// What the page says, in both languages.
export const WORDS = {
  zh: {
    title: "各部门模拟系统", clock: "城市时间", hour: "+1 小时", day: "+1 个工作日", week: "+5 个工作日",
    nextDue: "到下一时限", reset: "清空", language: "English", departments: "部门", department: "部门",
    status: "状态", filings: "办件", due: "下一时限", faults: "故障", add: "添加故障", journal: "请求记录",
    operation: "操作", reference: "流水号", fault: "故障", text: "全文", live: "实时", time: "时间",
    answer: "答复", up: "在线", down: "停机", start: "启动", stop: "停止", on: "开启", off: "解除",
    none: "无答复", open: "进行中", sure: "清空全部办件、记录和故障？", counts: (m, k) => `${m} / ${k} 条`,
    set: "设定", moment: "设定城市时间", rate: "时间快慢", halt: "停钟", go: "走钟", choose: "选择故障…",
    all: "全部", close: "关闭", nothing: "没有符合的请求。", times: (n) => `${n} 次`,
    gone: "模拟系统没有应答。请启动：onething mocks",
    rates: { 0: "静止", 1: "实时", 60: "一秒一分钟", 3600: "一秒一小时", 86400: "一秒一天" },
    keys: { first: "前几次", probability: "概率", delay_s: "先等(秒)", operation: "操作" },
  },
  en: {
    title: "Mock departments", clock: "City", hour: "+1 hour", day: "+1 working day", week: "+5 working days",
    nextDue: "to next due", reset: "Reset", language: "中文", departments: "Departments", department: "Department",
    status: "Status", filings: "Filings", due: "Due next", faults: "Faults", add: "Add a fault", journal: "Journal",
    operation: "Operation", reference: "Reference", fault: "Fault", text: "Text", live: "live", time: "Time",
    answer: "Answer", up: "up", down: "down", start: "start", stop: "stop", on: "on", off: "lift",
    none: "no answer", open: "goes on", sure: "Forget all filings, the journal and faults?", counts: (m, k) => `${m} of ${k}`,
    set: "Set", moment: "Set the city's time", rate: "How fast time goes", halt: "Hold", go: "Go on", choose: "choose a fault…",
    all: "all", close: "Close", nothing: "No request matches.", times: (n) => `${n}×`,
    gone: "The fleet does not answer. Start it: onething mocks",
    rates: { 0: "stands still", 1: "real time", 60: "a minute a second", 3600: "an hour a second", 86400: "a day a second" },
    keys: { first: "only first", probability: "probability", delay_s: "wait (s)", operation: "operation" },
  },
};
export const NAMES = {
  planning: "规划资源", housing: "房屋管理", construction: "住房建设", market: "市场监管",
  fire: "消防", greening: "绿化市容", police: "公安", health: "卫生健康",
};
